package dev.serin.server.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.FeatureFit.Result;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureFitTest {
  private static final Metric ERRORS = metric("errors", MetricKind.METRIC_KIND_EVENT);
  private static final Metric LATENCY = metric("latency", MetricKind.METRIC_KIND_QUANTILE);

  @Test
  void metrics_ofFeatureAndNamespace_areFoundAndCompleted() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gradual
            guardrails: [{metric: errors}, {metric: latency}]
            circuit_breakers: [{metric: errors}]
            """);
    Feature feature = feature(split()).toBuilder().addMetrics(LATENCY).build();

    Result result = FeatureFit.of(plan, feature, List.of(ERRORS));

    assertThat(result).isInstanceOf(Result.Fits.class);
    assertThat(((Result.Fits) result).metrics())
        .extracting(JudgedMetric::kind)
        .containsExactly(Kind.EVENT, Kind.QUANTILE, Kind.EVENT);
    assertThat(((Result.Fits) result).metrics())
        .extracting(JudgedMetric::absoluteMargin)
        .containsExactly(0.001, 0.0, 0.0);
    assertThat(((Result.Fits) result).metrics())
        .extracting(JudgedMetric::better)
        .containsOnly(Direction.LOWER);
  }

  @Test
  void split_absentOrOfAnotherShape_isRefused() {
    RolloutPlan plan = Plans.with("template: gradual");

    assertThat(misfits(plan, feature(split().toBuilder().setId("halves").build())))
        .containsExactly(
            "rollout/checkout: split: 'half' is no split of feature new-checkout (expected:"
                + " halves)");
    assertThat(misfits(plan, feature(split().toBuilder().setProbability(true).build())))
        .containsExactly(
            "rollout/checkout: split: a probability split (expected: one with a unit: calls cannot"
                + " be ramped)");
    Split covered = split().toBuilder().setCoverage(Share.newBuilder().setParts(10)).build();
    assertThat(misfits(plan, feature(covered)))
        .containsExactly(
            "rollout/checkout: split: a split with coverage (expected: one without: a rollout moves"
                + " all of it)");
    Split three = split().toBuilder().addWeights(weight("blue", 0)).build();
    assertThat(misfits(plan, feature(three)))
        .containsExactly(
            "rollout/checkout: split: a split of 3 variants (expected: one of two variants)");
    Split others =
        Split.newBuilder()
            .setId("half")
            .addWeights(weight("onn", 1))
            .addWeights(weight("off", 1))
            .build();
    assertThat(misfits(plan, feature(others)))
        .containsExactly(
            "rollout/checkout: treatment: 'on' is no variant of split half (expected: onn)");
  }

  @Test
  void metric_absentOrOfAKindThatCannotBe_isRefused() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gradual
            guardrails: [{metric: errors, absolute_margin: 2}, {metric: erors}]
            success_metrics: [{metric: latency}]
            circuit_breakers: [{metric: latency}]
            """);

    assertThat(misfits(plan, feature(split())))
        .containsExactly(
            "rollout/checkout: guardrails[0].absolute_margin: 2.0 (expected: below 1, a share of"
                + " users)",
            "rollout/checkout: guardrails[1].metric: 'erors' is no metric of feature new-checkout"
                + " or its namespace (expected: errors)",
            "rollout/checkout: success_metrics[0].metric: a quantile (expected: an event, a mean or"
                + " a ratio)",
            "rollout/checkout: circuit_breakers[0].metric: a quantile (expected: an event)");
  }

  @Test
  void knobs_ofAnotherKindOfMetric_areRefused() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gradual
            guardrails:
            - {metric: errors, quantile: 0.9}
            - {metric: latency, quantile: 0.9, absolute_margin: 5}
            signals: [{metric: errors, quantile: 0.5}, {metric: latency}]
            """);

    assertThat(misfits(plan, feature(split())))
        .containsExactly(
            "rollout/checkout: guardrails[0].quantile: 0.9 of an event (expected: none: it is of"
                + " quantiles only)",
            "rollout/checkout: guardrails[1].absolute_margin: 5.0 of a quantile (expected: none:"
                + " its margin is relative)",
            "rollout/checkout: signals[0].quantile: 0.5 of an event (expected: none: it is of"
                + " quantiles only)");
  }

  @Test
  void metrics_withoutTheirFeature_areCheckedWhereTheyAreKnown() {
    RolloutPlan plan =
        Plans.with("template: gradual\nguardrails: [{metric: errors}, {metric: latency}]");
    Result known = FeatureFit.ofMetrics(plan, List.of(LATENCY));
    assertThat(((Result.Fits) known).metrics())
        .extracting(metric -> metric.plan().metric())
        .containsExactly("latency");

    RolloutPlan bad = Plans.with("template: gradual\ncircuit_breakers: [{metric: latency}]");
    assertThat(FeatureFit.ofMetrics(bad, List.of(LATENCY))).isInstanceOf(Result.Misfits.class);
  }

  private static List<String> misfits(RolloutPlan plan, Feature feature) {
    Result result = FeatureFit.of(plan, feature, List.of(ERRORS, LATENCY));
    assertThat(result).isInstanceOf(Result.Misfits.class);
    return ((Result.Misfits) result).violations().stream().map(Object::toString).toList();
  }

  private static Feature feature(Split split) {
    return Feature.newBuilder().setKey("new-checkout").addSplits(split).build();
  }

  private static Split split() {
    return Split.newBuilder()
        .setId("half")
        .addWeights(weight("on", 50))
        .addWeights(weight("off", 50))
        .build();
  }

  private static WeightedVariant weight(String variant, int weight) {
    return WeightedVariant.newBuilder().setVariant(variant).setWeight(weight).build();
  }

  private static Metric metric(String key, MetricKind kind) {
    return Metric.newBuilder()
        .setKey(key)
        .setKind(kind)
        .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
        .build();
  }
}
