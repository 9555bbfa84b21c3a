/** Rollouts side by side on a real server: how soon a regression is gone, how rarely nothing is. */
@NullMarked
package dev.serin.loadtest.rollouts;

import org.jspecify.annotations.NullMarked;
