/**
 * Outcomes as they come in: streams and batches, what of them counts where, and the log that the
 * ledger makes durable.
 *
 * <p>What an outcome adds up to is the business of {@code aggregate}, who may count that of {@code
 * ledger}.
 */
@NullMarked
package dev.serin.server.outcome;

import org.jspecify.annotations.NullMarked;
