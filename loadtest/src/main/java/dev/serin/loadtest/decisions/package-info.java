/** Simulations of how rollouts are judged: what docs/statistics.md states is written here. */
@NullMarked
package dev.serin.loadtest.decisions;

import org.jspecify.annotations.NullMarked;
