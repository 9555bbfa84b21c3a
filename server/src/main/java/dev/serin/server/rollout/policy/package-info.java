/**
 * Judges a run: a pure function of the plan, what was counted, what was kept of earlier looks, and
 * the time. {@link dev.serin.server.rollout.policy.Judge} makes a {@link
 * dev.serin.server.rollout.policy.Verdict} that carries everything it was decided on.
 */
@NullMarked
package dev.serin.server.rollout.policy;

import org.jspecify.annotations.NullMarked;
