package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import dev.serin.server.analysis.Direction;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A metric that a rollout is judged by, with every default that does not depend on its kind.
 *
 * @param metric key of the metric
 * @param role what it is for
 * @param weight its part of alpha, above 0 and at most 1; of a success metric 0. Those of
 *     guardrails and circuit breakers that act sum to at most 1; signals and dry runs stand beside,
 *     as they spend nothing: where none is stated, 1 / (those that act + 1)
 * @param margin relative margin of a guardrail or signal, improvement to show of a success metric,
 *     0 or more; of a circuit breaker 0
 * @param statedAbsoluteMargin the guardrail's absolute margin, where the document says one; 0: off
 * @param limit of a circuit breaker: the share of the treatment's users with the event, 0 to 1; of
 *     others 0
 * @param statedQuantile which quantile, where the document says one, above 0 and below 1
 * @param dryRun true: judged and shown, never acted on
 * @param better which direction is better, where it differs from the metric's
 */
public record MetricPlan(
    String metric,
    Role role,
    double weight,
    double margin,
    OptionalDouble statedAbsoluteMargin,
    double limit,
    OptionalDouble statedQuantile,
    boolean dryRun,
    Optional<Direction> better) {
  private static final double DEFAULT_QUANTILE = 0.99;

  /** What a metric is for. */
  public enum Role {
    /** Must not get worse: a regression beyond its margin rolls back. */
    GUARDRAIL,
    /** Is meant to improve. */
    SUCCESS,
    /** An event whose share of the treatment's users must stay below a limit. */
    CIRCUIT_BREAKER,
    /** Holds while it is worse, never rolls back. */
    SIGNAL
  }

  /** Checks that all is there. */
  public MetricPlan {
    requireNonNull(metric, "metric");
    requireNonNull(role, "role");
    requireNonNull(statedAbsoluteMargin, "statedAbsoluteMargin");
    requireNonNull(statedQuantile, "statedQuantile");
    requireNonNull(better, "better");
  }

  /** Which quantile, where the metric is one: above 0 and below 1. */
  public double quantile() {
    return statedQuantile.orElse(DEFAULT_QUANTILE);
  }

  /** True: its alarm rolls back, for which it has a part of alpha. */
  public boolean rollsBack() {
    return !dryRun && (role == Role.GUARDRAIL || role == Role.CIRCUIT_BREAKER);
  }
}
