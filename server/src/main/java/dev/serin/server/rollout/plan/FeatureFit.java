package dev.serin.server.rollout.plan;

import dev.serin.server.analysis.Direction;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The check of a plan against the feature that it moves and the metrics that it is judged by. */
public final class FeatureFit {
  private final RolloutPlan plan;
  private final Map<String, Metric> metrics = new HashMap<>();
  private final PlanReport report;

  private FeatureFit(RolloutPlan plan, Feature feature, Collection<Metric> shared) {
    this.plan = plan;
    this.report = new PlanReport(plan.key());
    shared.forEach(metric -> metrics.put(metric.getKey(), metric));
    // A feature's own metric stands before the namespace's of the same key.
    feature.getMetricsList().forEach(metric -> metrics.put(metric.getKey(), metric));
  }

  /** What came of the check. */
  public sealed interface Result {
    /**
     * They fit.
     *
     * @param metrics in the order of the plan's
     */
    record Fits(List<JudgedMetric> metrics) implements Result {
      /** Copies the list. */
      public Fits {
        metrics = List.copyOf(metrics);
      }
    }

    /** They do not. */
    record Misfits(List<FieldViolation> violations) implements Result {
      /** Copies the list. */
      public Misfits {
        violations = List.copyOf(violations);
      }
    }
  }

  /**
   * Checks a plan against its feature.
   *
   * @param feature a valid document with the key that the plan names
   * @param shared the namespace's metrics, valid
   */
  public static Result of(RolloutPlan plan, Feature feature, Collection<Metric> shared) {
    if (!feature.getKey().equals(plan.feature())) {
      throw new IllegalArgumentException(
          "feature: " + feature.getKey() + " (expected: " + plan.feature() + ")");
    }
    FeatureFit fit = new FeatureFit(plan, feature, shared);
    fit.checkSplit(feature);
    return fit.result(fit.judged(true));
  }

  /**
   * Checks those metrics of a plan whose documents are known, without the feature.
   *
   * @param documents some metrics, valid
   * @return where they fit, the plan's metrics that are among them, in its order
   */
  public static Result ofMetrics(RolloutPlan plan, Collection<Metric> documents) {
    FeatureFit fit = new FeatureFit(plan, Feature.getDefaultInstance(), documents);
    return fit.result(fit.judged(false));
  }

  private Result result(List<JudgedMetric> judged) {
    List<FieldViolation> violations = report.violations();
    return violations.isEmpty() ? new Result.Fits(judged) : new Result.Misfits(violations);
  }

  private void checkSplit(Feature feature) {
    List<String> ids = feature.getSplitsList().stream().map(Split::getId).toList();
    int index = ids.indexOf(plan.split());
    if (index < 0) {
      report.unknown("split", plan.split(), ids, "split of feature " + feature.getKey());
      return;
    }
    Split split = feature.getSplits(index);
    if (split.getProbability()) {
      report.add("split", "a probability split", "one with a unit: calls cannot be ramped");
      return;
    }
    if (split.hasCoverage() && split.getCoverage().getParts() != whole(split)) {
      report.add("split", "a split with coverage", "one without: a rollout moves all of it");
    }
    List<String> variants =
        split.getWeightsList().stream().map(WeightedVariant::getVariant).toList();
    if (variants.size() != 2) {
      report.add("split", "a split of " + variants.size() + " variants", "one of two variants");
      return;
    }
    checkVariant("treatment", plan.treatment(), variants);
    checkVariant("control", plan.control(), variants);
  }

  private static int whole(Split split) {
    return split.getCoverage().getOf() == 0 ? 100 : split.getCoverage().getOf();
  }

  private void checkVariant(String field, String variant, List<String> variants) {
    if (!variants.contains(variant)) {
      report.unknown(field, variant, variants, "variant of split " + plan.split());
    }
  }

  /**
   * The metrics with their documents.
   *
   * @param all whether each has to have one
   */
  private List<JudgedMetric> judged(boolean all) {
    List<JudgedMetric> judged = new ArrayList<>();
    Map<Role, Integer> counts = new EnumMap<>(Role.class);
    for (MetricPlan metric : plan.metrics()) {
      int index = counts.merge(metric.role(), 1, Integer::sum) - 1;
      String path = list(metric.role()) + "[" + index + "]";
      Metric document = metrics.get(metric.metric());
      if (document == null) {
        if (all) {
          report.unknown(
              path + ".metric",
              metric.metric(),
              new TreeSet<>(metrics.keySet()),
              "metric of feature " + plan.feature() + " or its namespace");
        }
        continue;
      }
      JudgedMetric.Kind kind = kind(document.getKind());
      checkKind(path, metric, kind);
      Direction better = metric.better().orElseGet(() -> direction(document.getBetter()));
      if (metric.role() == Role.CIRCUIT_BREAKER
          && document.getBetter() == BetterDirection.BETTER_DIRECTION_HIGHER) {
        report.add(path + ".metric", "an event that is better higher", "one that is better lower");
      }
      judged.add(
          new JudgedMetric(metric, kind, better, absoluteMargin(path, metric, kind), document));
    }
    return judged;
  }

  private double absoluteMargin(String path, MetricPlan metric, JudgedMetric.Kind kind) {
    double margin = JudgedMetric.usualAbsoluteMargin(metric, kind);
    if (kind == JudgedMetric.Kind.EVENT && margin >= 1) {
      report.add(path + ".absolute_margin", margin, "below 1, a share of users");
    }
    if (kind == JudgedMetric.Kind.QUANTILE && margin > 0) {
      report.add(
          path + ".absolute_margin", margin + " of a quantile", "none: its margin is relative");
    }
    return margin;
  }

  private void checkKind(String path, MetricPlan metric, JudgedMetric.Kind kind) {
    if (metric.role() == Role.CIRCUIT_BREAKER && kind != JudgedMetric.Kind.EVENT) {
      report.add(path + ".metric", word(kind), "an event");
    }
    if (metric.statedQuantile().isPresent() && kind != JudgedMetric.Kind.QUANTILE) {
      report.add(
          path + ".quantile",
          metric.statedQuantile().getAsDouble() + " of " + word(kind),
          "none: it is of quantiles only");
    }
    if (metric.role() == Role.SUCCESS && kind == JudgedMetric.Kind.QUANTILE) {
      report.add(path + ".metric", word(kind), "an event, a mean or a ratio");
    }
  }

  private static String list(Role role) {
    return switch (role) {
      case GUARDRAIL -> "guardrails";
      case SUCCESS -> "success_metrics";
      case CIRCUIT_BREAKER -> "circuit_breakers";
      case SIGNAL -> "signals";
    };
  }

  private static String word(JudgedMetric.Kind kind) {
    return switch (kind) {
      case EVENT -> "an event";
      case MEAN -> "a mean";
      case RATIO -> "a ratio";
      case QUANTILE -> "a quantile";
    };
  }

  private static JudgedMetric.Kind kind(MetricKind kind) {
    return switch (kind) {
      case METRIC_KIND_EVENT -> JudgedMetric.Kind.EVENT;
      case METRIC_KIND_MEAN -> JudgedMetric.Kind.MEAN;
      case METRIC_KIND_RATIO -> JudgedMetric.Kind.RATIO;
      case METRIC_KIND_QUANTILE -> JudgedMetric.Kind.QUANTILE;
      case METRIC_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("kind: " + kind + " (expected: a valid metric's)");
    };
  }

  private static Direction direction(BetterDirection better) {
    return switch (better) {
      case BETTER_DIRECTION_LOWER -> Direction.LOWER;
      case BETTER_DIRECTION_HIGHER -> Direction.HIGHER;
      case BETTER_DIRECTION_UNSPECIFIED, UNRECOGNIZED -> Direction.NONE;
    };
  }
}
