/**
 * Rollouts as documents: what a file says, checked and with every default filled in. Pure.
 *
 * <p>{@link dev.serin.server.rollout.plan.PlanReader} makes a {@link
 * dev.serin.server.rollout.plan.RolloutPlan} of a document; {@link
 * dev.serin.server.rollout.plan.FeatureFit} checks it against the feature that it moves.
 */
@NullMarked
package dev.serin.server.rollout.plan;

import org.jspecify.annotations.NullMarked;
