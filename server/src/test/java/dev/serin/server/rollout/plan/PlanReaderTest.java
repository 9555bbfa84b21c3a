package dev.serin.server.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.rollout.plan.StagePlan.AtMaximum;
import dev.serin.server.rollout.plan.StagePlan.Kind;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.v1.RolloutState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanReaderTest {
  @Test
  void gradual_unchanged_isTheDocumentsPlan() {
    RolloutPlan plan = Plans.with("template: gradual");

    assertThat(plan.stages())
        .extracting(stage -> stage.share().toString())
        .containsExactly("5 %", "25 %", "50 %", "100 %");
    assertThat(plan.stages())
        .extracting(StagePlan::dwell)
        .containsExactly(
            Duration.ofMinutes(30),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofMinutes(10));
    assertThat(plan.stages())
        .extracting(StagePlan::kind)
        .containsExactly(Kind.CANARY, Kind.EXPAND, Kind.EXPAND, Kind.FULL);
    assertThat(plan.stages())
        .allSatisfy(stage -> assertThat(stage.promotion()).isEqualTo(Promotion.NO_REGRESSION));
    assertThat(plan.stageWeight()).isEqualTo(0.2);
  }

  @Test
  void gateCanaryAbExpand_unchanged_isTheDocumentsPlan() {
    RolloutPlan plan =
        Plans.with("template: gate-canary-ab-expand\nguardrails: [{metric: errors}]");

    assertThat(plan.stages())
        .extracting(StagePlan::kind)
        .containsExactly(Kind.CANARY, Kind.AB_TEST, Kind.EXPAND, Kind.FULL);
    assertThat(plan.stages())
        .extracting(stage -> stage.share().fraction())
        .containsExactly(0.05, 0.25, 0.5, 1.0);
    assertThat(plan.stage(1).gates()).singleElement().isInstanceOf(GatePlan.Approval.class);
    assertThat(plan.stage(2).promotion()).isEqualTo(Promotion.NON_INFERIOR);
  }

  @Test
  void template_stageOfItsName_isChangedFieldByField() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gate-canary-ab-expand
            guardrails: [{metric: errors}]
            stages:
            - {name: canary, share: 3, share_of: 1000, no_gates: true}
            - {name: ab-test, dwell: 2h, maximum: 1d, at_maximum: ship, gates: [{bake: 90s}]}
            """);

    assertThat(plan.stage(1).share()).isEqualTo(new TrafficShare(3, 1000));
    assertThat(plan.stage(1).dwell()).isEqualTo(Duration.ofMinutes(30));
    assertThat(plan.stage(1).gates()).isEmpty();
    assertThat(plan.stage(2))
        .isEqualTo(
            new StagePlan(
                "ab-test",
                Kind.AB_TEST,
                new TrafficShare(25, 100),
                Duration.ofHours(2),
                100,
                Optional.of(Duration.ofDays(1)),
                AtMaximum.SHIP,
                Promotion.NON_INFERIOR,
                List.of(new GatePlan.Bake(Duration.ofSeconds(90)))));
    assertThat(plan.stage(3).dwell()).isEqualTo(Duration.ofHours(1));
  }

  /** Times are replaced, not added to the template's. */
  @Test
  void template_timesOfItsStages_areReplaced() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gradual
            stages:
            - {name: canary, dwell: 0s}
            - {name: quarter, dwell: 0.5s, maximum: 90.5s}
            """);

    assertThat(plan.stage(1).dwell()).isZero();
    assertThat(plan.stage(2).dwell()).isEqualTo(Duration.ofMillis(500));
    assertThat(plan.stage(2).maximum()).contains(Duration.ofMillis(90_500));
    assertThat(plan.stage(3).dwell()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void document_withEverything_isReadWhole() {
    RolloutPlan plan =
        Plans.with(
            """
            description: The one-page checkout.
            owner: payments
            stages:
            - name: first
              kind: canary
              share: 10
              promote: superior
              dwell: 10m
              minimum_users: 500
              maximum: 1h
              at_maximum: roll_back
              gates:
              - approval: release owners
              - webhook: {url: "https://ci.example.com/ok", secret: ci, deadline: 5s}
              - rollout: payments-core
              - feature: payments-core
            - {name: all, kind: full, share: 100, dwell: 1h}
            guardrails:
            - {metric: errors, weight: 0.5, margin: 0.1, absolute_margin: 0}
            - {metric: latency, quantile: 0.95, better: lower}
            - {metric: bytes, dry_run: true}
            success_metrics: [{metric: conversion, improvement: 0.02}]
            circuit_breakers: [{metric: errors, limit: 0.2}]
            signals: [{metric: tickets, margin: 0.5}]
            policy: fixed_horizon
            fixed_horizon: {minimum_samples: 2000}
            alpha: 0.02
            alpha_p: 0.05
            bucketing: keep
            stale_after: 90s
            freezes: [{from: FRI 16:00, until: MON 08:00, zone: Asia/Shanghai}]
            notify: [{url: "http://127.0.0.1:9/hook", on: [rolled_back, completed]}]
            """);

    assertThat(plan.owner()).isEqualTo("payments");
    assertThat(plan.stage(1).gates())
        .containsExactly(
            new GatePlan.Approval("release owners"),
            new GatePlan.Webhook(
                "https://ci.example.com/ok", "ci", Duration.ofSeconds(5), Duration.ofHours(1)),
            new GatePlan.RolloutCompleted("payments-core"),
            new GatePlan.FeatureOn("payments-core"));
    assertThat(plan.metrics())
        .extracting(MetricPlan::metric)
        .containsExactly("errors", "latency", "bytes", "conversion", "errors", "tickets");
    assertThat(plan.metrics())
        .extracting(MetricPlan::weight)
        .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1, Double.class)
        .containsExactly(0.5, 0.25, 0.25, 0.0, 0.25, 0.25);
    assertThat(plan.metrics().get(0).statedAbsoluteMargin()).isEqualTo(OptionalDouble.of(0));
    assertThat(plan.metrics().get(1).margin()).isEqualTo(0.25);
    assertThat(plan.metrics().get(3).margin()).isEqualTo(0.02);
    assertThat(plan.metrics().get(4).limit()).isEqualTo(0.2);
    assertThat(plan.metrics())
        .extracting(MetricPlan::rollsBack)
        .containsExactly(true, true, false, false, true, false);
    assertThat(plan.policy()).isEqualTo(new DecisionPlan.FixedHorizon(2000, 0.05, 0.05));
    assertThat(plan.alpha()).isEqualTo(0.02);
    assertThat(plan.alphaP()).isEqualTo(0.05);
    assertThat(plan.keepBucketing()).isTrue();
    assertThat(plan.staleAfter()).contains(Duration.ofSeconds(90));
    assertThat(plan.notifications().get(0).on())
        .isEqualTo(
            Set.of(RolloutState.ROLLOUT_STATE_ROLLED_BACK, RolloutState.ROLLOUT_STATE_COMPLETED));
  }

  @Test
  void document_withLittle_hasTheDocumentedDefaults() {
    RolloutPlan plan =
        Plans.with("template: gradual\nguardrails: [{metric: a}, {metric: b}, {metric: c}]");

    assertThat(plan.alpha()).isEqualTo(0.01);
    assertThat(plan.alphaP()).isEqualTo(0.01);
    assertThat(plan.policy()).isEqualTo(new DecisionPlan.AlwaysValid());
    assertThat(plan.keepBucketing()).isFalse();
    assertThat(plan.staleAfter()).contains(Duration.ofSeconds(60));
    assertThat(plan.stage(1).minimumUsers()).isEqualTo(100);
    assertThat(plan.stage(4).minimumUsers()).isZero();
    assertThat(plan.stage(1).atMaximum()).isEqualTo(AtMaximum.HOLD);
    assertThat(plan.metrics().stream().mapToDouble(MetricPlan::weight).sum())
        .isCloseTo(1, within(1e-12));
    assertThat(Plans.with("template: gradual\nnever_stale: true").staleAfter()).isEmpty();
  }

  /** The defaults that the messages of a rollout document name. */
  @Test
  void knobs_notStated_areTheDocumentedOnes() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - name: half
              kind: ab_test
              share: 50
              promote: superior
              dwell: 1h
              gates: [{webhook: {url: "http://x"}}]
            - {name: all, kind: full, share: 100}
            guardrails: [{metric: latency}]
            success_metrics: [{metric: conversion}]
            circuit_breakers: [{metric: errors}]
            policy: fixed_horizon
            """);

    assertThat(plan.stage(1).gates())
        .containsExactly(
            new GatePlan.Webhook("http://x", "", Duration.ofSeconds(10), Duration.ofHours(1)));
    assertThat(plan.metrics().get(0).statedQuantile()).isEmpty();
    assertThat(plan.metrics().get(0).quantile()).isEqualTo(0.99);
    assertThat(plan.metrics().get(0).margin()).isEqualTo(0.25);
    assertThat(plan.metrics().get(1).margin()).isZero();
    assertThat(plan.metrics().get(2).limit()).isEqualTo(0.05);
    assertThat(plan.policy()).isEqualTo(new DecisionPlan.FixedHorizon(1000, 0.05, 0.05));
  }

  @Test
  void weights_thatSumToOneButForRounding_areTaken() {
    String list =
        IntStream.range(0, 10)
            .mapToObj(i -> "{metric: m" + i + ", weight: 0.1}")
            .collect(Collectors.joining(", ", "template: gradual\nguardrails: [", "]"));

    assertThat(Plans.with(list).metrics()).hasSize(10);
  }

  @Test
  void share_ofOtherWholes_isComparedExactly() {
    assertThat(new TrafficShare(1, 3).compareTo(new TrafficShare(333_333_333, 1_000_000_000)))
        .isPositive();
    assertThat(new TrafficShare(5, 100)).isEqualByComparingTo(new TrafficShare(50, 1000));
  }
}
