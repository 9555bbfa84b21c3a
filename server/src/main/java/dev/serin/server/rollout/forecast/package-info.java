/**
 * Forecasts of rollouts: how long each stage takes to be decided and what it can see, of a plan, a
 * baseline and the traffic. Pure, over {@code dev.serin.server.analysis.planning}.
 */
@NullMarked
package dev.serin.server.rollout.forecast;

import org.jspecify.annotations.NullMarked;
