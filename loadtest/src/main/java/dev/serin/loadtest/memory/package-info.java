/** What a million users cost: memory, the start, flushes, questions. */
@NullMarked
package dev.serin.loadtest.memory;

import org.jspecify.annotations.NullMarked;
