/**
 * RolloutService: what people ask of rollouts and are shown of their runs.
 *
 * <p>What decides stands in the packages below: plans, evidence, policy and the machine are pure,
 * {@code control} acts.
 */
@NullMarked
package dev.serin.server.rollout;

import org.jspecify.annotations.NullMarked;
