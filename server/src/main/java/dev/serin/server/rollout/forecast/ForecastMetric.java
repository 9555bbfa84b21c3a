package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.v1.Metric;
import java.util.Collection;
import java.util.Optional;

/**
 * A metric with what is known of it beforehand.
 *
 * @param metric what the rollout says, with what the documents say; where they are not known, with
 *     what the baseline and the role make likely
 * @param baseline what the control shows; empty: not known
 */
record ForecastMetric(JudgedMetric metric, Optional<Baseline> baseline) {
  /** A metric of a plan with its document, where that is among those that are known. */
  static ForecastMetric of(
      MetricPlan plan, Collection<JudgedMetric> known, Optional<Baseline> baseline) {
    Optional<JudgedMetric> document =
        known.stream().filter(one -> one.plan().equals(plan)).findFirst();
    Kind kind =
        document
            .map(JudgedMetric::kind)
            .orElse(
                baseline.orElse(null) instanceof Baseline.Event
                    ? Kind.EVENT
                    : plan.statedQuantile().isPresent()
                        ? Kind.QUANTILE
                        : baseline.isPresent() ? Kind.MEAN : Kind.EVENT);
    Direction better =
        document
            .map(JudgedMetric::better)
            .filter(direction -> direction != Direction.NONE)
            .or(plan::better)
            .orElse(plan.role() == Role.SUCCESS ? Direction.HIGHER : Direction.LOWER);
    return new ForecastMetric(
        new JudgedMetric(
            plan,
            kind,
            better,
            JudgedMetric.usualAbsoluteMargin(plan, kind),
            Metric.getDefaultInstance()),
        baseline);
  }

  MetricPlan plan() {
    return metric.plan();
  }

  /** Why there can be no forecast, in words; empty: there can. */
  String missing() {
    return switch (metric.kind()) {
      case EVENT ->
          switch (baseline.orElse(null)) {
            case null -> "no baseline";
            case Baseline.Event event -> "";
            case Baseline.Mean mean -> "an event, and its baseline a mean's";
          };
      case MEAN, RATIO, QUANTILE ->
          switch (baseline.orElse(null)) {
            case null -> "no baseline";
            case Baseline.Mean mean -> "";
            case Baseline.Event event -> "no event, and its baseline a share of users";
          };
    };
  }
}
