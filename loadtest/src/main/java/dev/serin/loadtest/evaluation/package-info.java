/**
 * Evaluation inside the process: Serin's engine and its peers, doing the same work side by side.
 */
@NullMarked
package dev.serin.loadtest.evaluation;

import org.jspecify.annotations.NullMarked;
