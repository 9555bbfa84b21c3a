package dev.serin.server.rollout.plan;

import static dev.serin.server.rollout.plan.Plans.errorsWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Rollout;
import dev.serin.v1.SignalMetric;
import dev.serin.v1.Stage;
import dev.serin.v1.SuccessMetric;
import org.junit.jupiter.api.Test;

/** What is wrong with a rollout file, and where: line and column as editors take them. */
class BadPlansTest {
  @Test
  void file_almostEmpty_isToldWhatItLacks() {
    assertThat(Plans.errors("rollout: {key: r}"))
        .containsExactly(
            "f.yaml:1:1: feature: not set (expected: 1 to 128 characters of A-Z a-z 0-9 . _ -, a"
                + " letter or digit first)",
            "f.yaml:1:1: split: not set (expected: 1 to 64 characters of A-Z a-z 0-9 . _ -, a"
                + " letter or digit first)",
            "f.yaml:1:1: treatment: not set (expected: 1 to 64 characters of A-Z a-z 0-9 . _ -, a"
                + " letter or digit first)",
            "f.yaml:1:1: control: not set (expected: 1 to 64 characters of A-Z a-z 0-9 . _ -, a"
                + " letter or digit first)",
            "f.yaml:1:1: stages: none (expected: at least one, or a template)");
  }

  @Test
  void field_unknown_isRefusedWithTheNearest() {
    assertThat(errorsWith("template: gradual\nguardrail: []"))
        .containsExactly("8:3: guardrail: unknown field (expected: guardrails)");
  }

  @Test
  void template_unknown_isRefusedWithTheNearest() {
    assertThat(errorsWith("template: gradul"))
        .containsExactly("7:3: template: 'gradul' is no template (expected: gradual)");
  }

  @Test
  void templateStage_unknown_isRefusedWithTheNearest() {
    assertThat(errorsWith("template: gradual\nstages: [{name: cannary, share: 1}]"))
        .containsExactly(
            "8:13: stages[0].name: 'cannary' is no stage of template gradual (expected: canary)");
  }

  @Test
  void traffic_thatDoesNotRiseToAll_isRefused() {
    assertThat(
            errorsWith(
                """
                stages:
                - {name: a, kind: canary, share: 10}
                - {name: b, kind: expand, share: 100, share_of: 1000}
                - {name: c, kind: expand, share: 90}
                """))
        .containsExactly(
            "9:29: stages[1].share: 100/1000 (expected: above 10 %, the share of the stage"
                + " before)",
            "10:29: stages[2].share: 90 % (expected: 100 % in the last stage)");
  }

  @Test
  void templateStage_raisedAboveTheNext_blamesTheNext() {
    assertThat(errorsWith("template: gradual\nstages: [{name: canary, share: 30}]"))
        .containsExactly(
            "7:3: template.share: 25 % (expected: above 30 %, the share of the stage before)");
  }

  @Test
  void kind_ofFullTraffic_isFull() {
    assertThat(errorsWith("stages: [{name: a, kind: expand, share: 100}]"))
        .containsExactly(
            "7:22: stages[0].kind: not full with 100 % (expected: full for 100 %, and for nothing"
                + " else)");
    assertThat(errorsWith("stages: [{name: a, kind: ab, share: 100}]"))
        .containsExactly(
            "7:28: stages[0].kind: ab (expected: one of canary, ab_test, expand, full)",
            "7:22: stages[0].kind: not set (expected: one of canary, ab_test, expand, full)");
  }

  @Test
  void share_beyondTheWhole_isOneError() {
    assertThat(
            errorsWith(
                """
                stages:
                - {name: a, kind: canary, share: 150}
                - {name: b, kind: full, share: 100}
                """))
        .containsExactly("8:29: stages[0].share: 150 (expected: 1 to 100, the whole)");
    assertThat(errorsWith("stages: [{name: a, kind: expand, share: 1, share_of: 2000000000}]"))
        .containsExactly("7:46: stages[0].share_of: 2000000000 (expected: 1 to 1000000000)");
  }

  @Test
  void weights_aboveOne_areRefused() {
    assertThat(
            errorsWith(
                """
                template: gradual
                guardrails: [{metric: a, weight: 0.7}, {metric: b, weight: 0.4}]
                """))
        .containsExactly("8:3: guardrails: weights of 1.1 in all (expected: at most 1)");
    assertThat(errorsWith("template: gradual\nguardrails: [{metric: a, weight: 1}, {metric: b}]"))
        .containsExactly(
            "8:3: guardrails: weights of 1 in all, and nothing left for 1 without a weight"
                + " (expected: less than 1 in all, or a weight for each)");
    assertThat(errorsWith("template: gradual\nguardrails: [{metric: a, weight: -1}]"))
        .containsExactly(
            "8:28: guardrails[0].weight: -1.0 (expected: 1.0E-9 or more and at most 1)");
  }

  /** Of a part of so little nothing is left to a test: the run would serve, and nobody judge it. */
  @Test
  void probabilities_tooSmallToBeDivided_areRefused() {
    String expected = "4.9E-324 (expected: 1.0E-9 or more and at most ";
    assertThat(errorsWith("template: gradual\nguardrails: [{metric: a, weight: 5e-324}]"))
        .containsExactly("8:28: guardrails[0].weight: " + expected + "1)");
    assertThat(errorsWith("template: gradual\nalpha: 5e-324\nalpha_p: 5e-324"))
        .containsExactly("8:3: alpha: " + expected + "0.2)", "9:3: alpha_p: " + expected + "0.2)");
  }

  @Test
  void metric_twiceInAList_isRefused() {
    assertThat(errorsWith("template: gradual\nguardrails: [{metric: a}, {metric: a}]"))
        .containsExactly("8:30: guardrails[1].metric: 'a' twice (expected: once in a list)");
  }

  @Test
  void promotion_withoutWhatItAsksFor_isRefused() {
    assertThat(errorsWith("template: gate-canary-ab-expand"))
        .containsExactly(
            "7:3: template: non_inferior without a guardrail (expected: at least one guardrail"
                + " that is no dry run, or no_regression)");
    assertThat(errorsWith("template: gradual\nstages: [{name: half, promote: superior}]"))
        .containsExactly(
            "8:25: stages[0].promote: superior without a success metric (expected: at least one of"
                + " success_metrics that is no dry run)");
    assertThat(errorsWith("template: gradual\nstages: [{name: full, promote: non_inferior}]"))
        .containsExactly(
            "8:25: stages[0].promote: non_inferior (expected: no_regression: a full stage has no"
                + " control)");
    assertThat(errorsWith("template: gradual\npolicy: fixed_horizon"))
        .containsExactly(
            "8:3: policy: fixed_horizon without a success metric (expected: at least one of"
                + " success_metrics that is no dry run)");
    assertThat(
            errorsWith(
                "template: gradual\npolicy: fixed_horizon\nsuccess_metrics: [{metric: orders}]"))
        .containsExactly(
            "8:3: policy: fixed_horizon without a stage that asks for it (expected: promote:"
                + " superior in at least one stage)");
    assertThat(errorsWith("template: gradual\nfixed_horizon: {}"))
        .containsExactly(
            "8:3: fixed_horizon: set without policy: fixed_horizon (expected: both or neither)");
  }

  @Test
  void times_outOfBounds_areRefused() {
    assertThat(
            errorsWith(
                """
                template: gradual
                stale_after: 1s
                stages:
                - {name: canary, dwell: 31d}
                - {name: quarter, dwell: -1s, maximum: 0s}
                - {name: half, dwell: 2h, maximum: 1h, at_maximum: ship}
                - {name: full, at_maximum: hold, dwell: soon}
                """))
        .containsExactly(
            "13:43: stages[3].dwell: soon (expected: a time such as 90s, 0.5s, 30m or 1h30m)",
            "8:3: stale_after: 1s (expected: 5 s to 1 d)",
            "10:20: stages[0].dwell: 2678400s (expected: 0 s to 30 d)",
            "11:21: stages[1].dwell: -1s (expected: 0 s to 30 d)",
            "11:33: stages[1].maximum: 0s (expected: 1 s to 90 d)",
            "12:29: stages[2].maximum: 1 h (expected: at least 2 h, the dwell)",
            "13:18: stages[3].at_maximum: set without a maximum (expected: both or neither)");
  }

  @Test
  void freezes_thatCannotBe_areRefused() {
    assertThat(
            errorsWith(
                """
                template: gradual
                freezes:
                - {from: FRI 16:00, until: FRI 16:00, zone: Asia/Shanghai}
                - {from: FRI 16:00, until: 2026-12-24T00:00, zone: Asia/Shanghai}
                - {from: 2026-12-24T00:00, until: 2026-12-23T00:00, zone: Asia/Shanghai}
                - {from: 2026-12-24T00:00, until: 2028-12-23T00:00, zone: Asia/Shanghai}
                - {from: Friday, until: MON 25:00, zone: Asia/Shangai}
                """))
        .containsExactly(
            "9:23: freezes[0].until: FRI 16:00 (expected: another time than from)",
            "10:23: freezes[1].until: 2026-12-24T00:00 (expected: the form of from: both dates or"
                + " both weekdays)",
            "11:30: freezes[2].until: not after from (expected: later, by at most 366 d)",
            "12:30: freezes[3].until: 730 d after from (expected: later, by at most 366 d)",
            "13:6: freezes[4].from: 'Friday' (expected: 2026-12-24T00:00 or FRI 16:00)",
            "13:20: freezes[4].until: 'MON 25:00' (expected: 2026-12-24T00:00 or FRI 16:00)",
            "13:38: freezes[4].zone: 'Asia/Shangai' (expected: Asia/Shanghai)");
  }

  @Test
  void freezes_thatLeaveNoTime_areRefused() {
    assertThat(
            errorsWith(
                """
                template: gradual
                freezes:
                - {from: MON 00:00, until: THU 00:00, zone: Asia/Shanghai}
                - {from: THU 00:00, until: MON 00:00, zone: Asia/Shanghai}
                """))
        .containsExactly(
            "8:3: freezes: the whole of every week (expected: some time in which traffic may"
                + " rise)");
  }

  @Test
  void gatesAndHooks_malformed_areRefused() {
    assertThat(
            errorsWith(
                """
                template: gradual
                stages:
                - name: canary
                  gates: [{}, {webhook: {url: "ftp://x"}}, {rollout: checkout}, {bake: 40d}]
                notify: [{url: "https://me:pw@example.com"}, {url: "http://a_b"}]
                """))
        .containsExactly(
            "10:13: stages[0].gates[0]: empty (expected: one of approval, webhook, bake, rollout,"
                + " feature)",
            "10:28: stages[0].gates[1].webhook.url: 'ftp://x' (expected: http:// or https:// and a"
                + " host of letters, digits, . and -)",
            "10:47: stages[0].gates[2].rollout: 'checkout' (expected: another rollout than its"
                + " own)",
            "10:68: stages[0].gates[3].bake: 3456000s (expected: 1 s to 30 d)",
            "11:13: notify[0].url: a URL with a name or password in it (expected: none: documents"
                + " are shown to everybody)",
            "11:49: notify[1].url: 'http://a_b' (expected: http:// or https:// and a host of"
                + " letters, digits, . and -)");
  }

  @Test
  void arms_thatAreTheSame_areRefused() {
    assertThat(
            Plans.errors(
                "rollout: {key: r, feature: f, split: s, treatment: a, control: a,"
                    + " template: gradual}"))
        .containsExactly(
            "f.yaml:1:55: control: 'a' (expected: another variant than the treatment)");
  }

  @Test
  void enumNumbers_ofALaterVersion_areRefusedAndMeanNothing() {
    Rollout later =
        Rollout.newBuilder()
            .setKey("checkout")
            .setFeature("new-checkout")
            .setSplit("half")
            .setTreatment("on")
            .setControl("off")
            .setTemplate("gradual")
            .setPolicyValue(77)
            .setBucketingValue(78)
            .addStages(Stage.newBuilder().setName("canary").setPromoteValue(79))
            .addStages(Stage.newBuilder().setName("half").setAtMaximumValue(80))
            .addGuardrails(Guardrail.newBuilder().setMetric("a").setBetterValue(81))
            .addSuccessMetrics(SuccessMetric.newBuilder().setMetric("b").setBetterValue(82))
            .addSignals(SignalMetric.newBuilder().setMetric("c").setBetterValue(83))
            .build();

    assertThat(PlanReader.violations(later))
        .filteredOn(wrong -> wrong.description().endsWith("a number that this version knows)"))
        .extracting(FieldViolation::field)
        .containsExactlyInAnyOrder(
            "policy",
            "bucketing",
            "stages[0].promote",
            "stages[1].at_maximum",
            "guardrails[0].better",
            "success_metrics[0].better",
            "signals[0].better");
  }
}
