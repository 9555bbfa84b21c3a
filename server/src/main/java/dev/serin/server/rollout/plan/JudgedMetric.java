package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import dev.serin.server.analysis.Direction;
import dev.serin.v1.Metric;

/**
 * A metric of a rollout together with what the feature's documents say of it: every default filled.
 *
 * @param plan what the rollout says
 * @param kind what is made of its values
 * @param better which direction is better, the rollout's word before the metric's
 * @param absoluteMargin of a guardrail: in shares of users of an event, else in the metric's
 *     measure; 0: off
 * @param document the metric as it stands in its document: measure, cap, numerator, denominator
 */
public record JudgedMetric(
    MetricPlan plan, Kind kind, Direction better, double absoluteMargin, Metric document) {
  /**
   * Share of the control's users with an event from which on its rate by request has to be within
   * the margin too: below, hardly anybody has it twice.
   */
  public static final double COMMON_EVENT = 0.02;

  /** Absolute margin of an event where nothing else is said, in shares of users. */
  private static final double USUAL_EVENT_MARGIN = 0.001;

  /** What is made of a metric's values. */
  public enum Kind {
    /** Per user: did it happen at least once. */
    EVENT,
    /** A mean of values. */
    MEAN,
    /** A sum over another. */
    RATIO,
    /** Quantiles of values. */
    QUANTILE
  }

  /** Checks that all is there. */
  public JudgedMetric {
    requireNonNull(plan, "plan");
    requireNonNull(kind, "kind");
    requireNonNull(better, "better");
    requireNonNull(document, "document");
  }

  /** The absolute margin of a metric: what the rollout says, else what is usual of its kind. */
  public static double usualAbsoluteMargin(MetricPlan plan, Kind kind) {
    if (plan.role() != MetricPlan.Role.GUARDRAIL) {
      return 0;
    }
    return plan.statedAbsoluteMargin().orElse(kind == Kind.EVENT ? USUAL_EVENT_MARGIN : 0);
  }
}
