/**
 * The ledger of outcomes: who may count, how far each session is counted, and the transactions that
 * make it so. Knows bytes of deltas, not what they add up to.
 */
@NullMarked
package dev.serin.server.outcome.ledger;

import org.jspecify.annotations.NullMarked;
