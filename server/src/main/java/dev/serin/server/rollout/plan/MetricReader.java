package dev.serin.server.rollout.plan;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.PlanReport.Range;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.CircuitBreaker;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Rollout;
import dev.serin.v1.SignalMetric;
import dev.serin.v1.SuccessMetric;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** The metrics of a document: guardrails, success metrics, circuit breakers, signals. */
final class MetricReader {
  private static final double DEFAULT_MARGIN = 0.25;
  private static final double DEFAULT_LIMIT = 0.05;

  /** Weights are decimal fractions: three times 0.1 and 0.7 are 1. */
  private static final double ROUNDING = 1e-9;

  private final Rollout document;
  private final PlanReport report;

  MetricReader(Rollout document, PlanReport report) {
    this.document = document;
    this.report = report;
  }

  List<MetricPlan> read() {
    int count =
        document.getGuardrailsCount()
            + document.getSuccessMetricsCount()
            + document.getCircuitBreakersCount()
            + document.getSignalsCount();
    if (count > PlanLimits.MAX_METRICS) {
      report.add(
          "guardrails", count + " metrics in all lists", "at most " + PlanLimits.MAX_METRICS);
      return List.of();
    }
    Weights weights = weights();
    List<MetricPlan> metrics = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < document.getGuardrailsCount(); i++) {
      Guardrail guardrail = document.getGuardrails(i);
      String path = "guardrails[" + i + "]";
      checkKey(path, guardrail.getMetric(), Role.GUARDRAIL, seen);
      metrics.add(guardrail(path, guardrail, weights));
    }
    for (int i = 0; i < document.getSuccessMetricsCount(); i++) {
      SuccessMetric success = document.getSuccessMetrics(i);
      String path = "success_metrics[" + i + "]";
      checkKey(path, success.getMetric(), Role.SUCCESS, seen);
      metrics.add(success(path, success));
    }
    for (int i = 0; i < document.getCircuitBreakersCount(); i++) {
      CircuitBreaker breaker = document.getCircuitBreakers(i);
      String path = "circuit_breakers[" + i + "]";
      checkKey(path, breaker.getMetric(), Role.CIRCUIT_BREAKER, seen);
      metrics.add(breaker(path, breaker, weights));
    }
    for (int i = 0; i < document.getSignalsCount(); i++) {
      SignalMetric signal = document.getSignals(i);
      String path = "signals[" + i + "]";
      checkKey(path, signal.getMetric(), Role.SIGNAL, seen);
      metrics.add(signal(path, signal, weights));
    }
    return metrics;
  }

  /**
   * What metrics that state no weight get.
   *
   * @param unstated of those that roll back
   * @param beside of dry runs and signals, which spend nothing: an equal part with all that act
   */
  private record Weights(double unstated, double beside) {}

  private Weights weights() {
    double stated = 0;
    int unstated = 0;
    int acting = 0;
    for (Guardrail guardrail : document.getGuardrailsList()) {
      if (!guardrail.getDryRun()) {
        acting++;
        stated += guardrail.getWeight();
        unstated += guardrail.hasWeight() ? 0 : 1;
      }
    }
    for (CircuitBreaker breaker : document.getCircuitBreakersList()) {
      if (!breaker.getDryRun()) {
        acting++;
        stated += breaker.getWeight();
        unstated += breaker.hasWeight() ? 0 : 1;
      }
    }
    String list = document.getGuardrailsCount() > 0 ? "guardrails" : "circuit_breakers";
    double left = 1 - stated;
    if (left < -ROUNDING) {
      report.add(list, "weights of " + shown(stated) + " in all", "at most 1");
    } else if (unstated > 0 && left < ROUNDING) {
      report.add(
          list,
          "weights of 1 in all, and nothing left for " + unstated + " without a weight",
          "less than 1 in all, or a weight for each");
    }
    double rest = Math.max(left, ROUNDING);
    return new Weights(rest / Math.max(1, unstated), 1.0 / (acting + 1));
  }

  private void checkKey(String path, String metric, Role role, Set<String> seen) {
    report.name(path + ".metric", metric, PlanLimits.MAX_KEY_CHARS);
    if (!metric.isEmpty() && !seen.add(role + "/" + metric)) {
      report.add(path + ".metric", PlanReport.quote(metric) + " twice", "once in a list");
    }
  }

  private MetricPlan guardrail(String path, Guardrail guardrail, Weights weights) {
    OptionalDouble absolute = OptionalDouble.empty();
    if (guardrail.hasAbsoluteMargin()) {
      absolute =
          OptionalDouble.of(
              report.number(
                  path + ".absolute_margin",
                  Optional.of(guardrail.getAbsoluteMargin()),
                  Range.from0To(Double.MAX_VALUE),
                  0));
    }
    return new MetricPlan(
        guardrail.getMetric(),
        Role.GUARDRAIL,
        weight(
            path,
            stated(guardrail.hasWeight(), guardrail.getWeight()),
            guardrail.getDryRun() ? weights.beside() : weights.unstated()),
        margin(path + ".margin", stated(guardrail.hasMargin(), guardrail.getMargin())),
        absolute,
        0,
        quantile(path, guardrail.hasQuantile(), guardrail.getQuantile()),
        guardrail.getDryRun(),
        better(path, guardrail.getBetter(), guardrail.getBetterValue()));
  }

  private MetricPlan success(String path, SuccessMetric success) {
    return new MetricPlan(
        success.getMetric(),
        Role.SUCCESS,
        0,
        report.number(
            path + ".improvement",
            stated(success.hasImprovement(), success.getImprovement()),
            Range.from0To(PlanLimits.MAX_MARGIN),
            0),
        OptionalDouble.empty(),
        0,
        OptionalDouble.empty(),
        success.getDryRun(),
        better(path, success.getBetter(), success.getBetterValue()));
  }

  private MetricPlan breaker(String path, CircuitBreaker breaker, Weights weights) {
    return new MetricPlan(
        breaker.getMetric(),
        Role.CIRCUIT_BREAKER,
        weight(
            path,
            stated(breaker.hasWeight(), breaker.getWeight()),
            breaker.getDryRun() ? weights.beside() : weights.unstated()),
        0,
        OptionalDouble.empty(),
        report.number(
            path + ".limit",
            stated(breaker.hasLimit(), breaker.getLimit()),
            Range.inside0And1(),
            DEFAULT_LIMIT),
        OptionalDouble.empty(),
        breaker.getDryRun(),
        Optional.of(Direction.LOWER));
  }

  private MetricPlan signal(String path, SignalMetric signal, Weights weights) {
    return new MetricPlan(
        signal.getMetric(),
        Role.SIGNAL,
        weights.beside(),
        margin(path + ".margin", stated(signal.hasMargin(), signal.getMargin())),
        OptionalDouble.empty(),
        0,
        quantile(path, signal.hasQuantile(), signal.getQuantile()),
        signal.getDryRun(),
        better(path, signal.getBetter(), signal.getBetterValue()));
  }

  private double weight(String path, Optional<Double> stated, double absent) {
    return report.number(path + ".weight", stated, Range.probabilityTo(1), absent);
  }

  private double margin(String field, Optional<Double> stated) {
    return report.number(field, stated, Range.from0To(PlanLimits.MAX_MARGIN), DEFAULT_MARGIN);
  }

  private OptionalDouble quantile(String path, boolean stated, double quantile) {
    if (!stated) {
      return OptionalDouble.empty();
    }
    Range range = Range.inside0And1();
    return OptionalDouble.of(
        report.number(path + ".quantile", Optional.of(quantile), range, quantile));
  }

  private static Optional<Double> stated(boolean stated, double value) {
    return stated ? Optional.of(value) : Optional.empty();
  }

  private Optional<Direction> better(String path, BetterDirection better, int number) {
    report.enumNumber(path + ".better", number, better != BetterDirection.UNRECOGNIZED);
    return switch (better) {
      case BETTER_DIRECTION_LOWER -> Optional.of(Direction.LOWER);
      case BETTER_DIRECTION_HIGHER -> Optional.of(Direction.HIGHER);
      case BETTER_DIRECTION_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Without the digits that adding fractions leaves. */
  private static double shown(double sum) {
    return Math.rint(sum * 1e6) / 1e6;
  }
}
