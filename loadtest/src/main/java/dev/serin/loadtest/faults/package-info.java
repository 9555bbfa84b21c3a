/** Breaks servers, producers, connections and stores, and recounts what was counted. */
@NullMarked
package dev.serin.loadtest.faults;

import org.jspecify.annotations.NullMarked;
