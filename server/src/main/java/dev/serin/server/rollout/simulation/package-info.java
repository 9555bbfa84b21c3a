/**
 * Rollouts in described worlds: traffic that is drawn, judged every second and moved by the real
 * state machine, thousands of times, by fixed seeds. Pure but for the draws, which a seed gives.
 */
@NullMarked
package dev.serin.server.rollout.simulation;

import org.jspecify.annotations.NullMarked;
