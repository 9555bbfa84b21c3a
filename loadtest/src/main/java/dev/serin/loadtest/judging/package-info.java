/** What judging rollouts costs. */
@NullMarked
package dev.serin.loadtest.judging;

import org.jspecify.annotations.NullMarked;
