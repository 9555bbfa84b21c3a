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
}
