/** Reports outcomes: what happened after a decision, counted exactly once. */
@NullMarked
package dev.serin.client.outcome;

import org.jspecify.annotations.NullMarked;
