/**
 * What was counted of a run, made into what it is judged by: {@link
 * dev.serin.server.rollout.evidence.RunReader} takes from the view of outcomes what has changed,
 * {@link dev.serin.server.rollout.evidence.RunMetrics} tests it.
 */
@NullMarked
package dev.serin.server.rollout.evidence;

import org.jspecify.annotations.NullMarked;
