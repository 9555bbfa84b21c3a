package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.DWELL;
import static dev.serin.server.rollout.policy.Plans.EXPOSED;
import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.evidence;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.rollout.plan.DecisionPlan.FixedHorizon;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.Verdict.Action;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What begins anew in a stage, a repeat or an extension of it, and what goes on. */
class PeriodsTest {
  private static final JudgedMetric ERRORS = metric("errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0);
  private static final JudgedMetric CRASHES =
      metric("crashes", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0);
  private static final JudgedMetric P99 = metric("p99", Role.GUARDRAIL, Kind.QUANTILE, 0.2, 0.25);

  @Test
  void extensions_andRepeats_spendLessAndLess() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    JudgeState state = JudgeState.begin();
    List<Double> thresholds = new ArrayList<>();
    for (int extension = 0; extension <= 2; extension++) {
      Judge.Judged judged =
          judge.judge(at(1, extension, Map.of("errors", events(counts(12, 13)))), state);
      thresholds.add(judged.verdict().readings().getFirst().stageThreshold());
      state = judged.state();
    }
    double planned = -Math.log(0.4 * 0.6 / 5 * 0.01);
    assertThat(thresholds.get(0)).isCloseTo(planned, within(1e-12));
    assertThat(thresholds.get(1)).isCloseTo(planned + Math.log(2), within(1e-12));
    assertThat(thresholds.get(2)).isCloseTo(planned + Math.log(4), within(1e-12));
  }

  /** The judge has no periods of its own, whatever the time. */
  @Test
  void looks_longAfterThePlannedTime_areOfTheSamePeriod() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    Map<String, MetricEvidence> errors = Map.of("errors", events(counts(12, 13)));
    Judge.Judged first = judge.judge(evidence(DWELL, errors), JudgeState.begin());
    Judge.Judged night = judge.judge(evidence(Duration.ofHours(12), errors), first.state());

    assertThat(night.verdict().readings().getFirst().stageThreshold())
        .isEqualTo(first.verdict().readings().getFirst().stageThreshold());
    assertThat(kept(night, ERRORS).process().taken()).isEqualTo(60);
  }

  @Test
  void extension_countsUsersSinceItBegan_andSaysSo() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    ArmCounts before = counts(300, 300);
    Judge.Judged planned =
        judge.judge(at(1, 0, Map.of("errors", events(before))), JudgeState.begin());
    Judge.Judged begun = judge.judge(at(1, 1, Map.of("errors", events(before))), planned.state());
    Judge.Judged worse =
        judge.judge(at(1, 1, Map.of("errors", events(before.plus(counts(40, 3))))), begun.state());

    assertThat(kept(begun, ERRORS).base()).isEqualTo(before);
    assertThat(worse.verdict().sentence())
        .startsWith("errors: 40 treatment users against 3 since the stage was extended; odds 1 : ")
        .endsWith(" against no regression; rolled back");
  }

  @Test
  void extension_ofQuantilesAndBreakers_goesOnWithTheStage() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES, P99));
    Map<String, MetricEvidence> evidence =
        Map.of("crashes", events(counts(60, 40)), "p99", quantile(3));
    Judge.Judged planned = judge.judge(at(1, 0, evidence), JudgeState.begin());
    Judge.Judged extended = judge.judge(at(1, 1, evidence), planned.state());

    assertThat(kept(extended, P99)).isEqualTo(kept(planned, P99));
    assertThat(kept(extended, CRASHES).stage()).isEqualTo(kept(planned, CRASHES).stage());
    assertThat(kept(extended, CRASHES).looked()).isEqualTo(kept(planned, CRASHES).looked());
    assertThat(kept(extended, CRASHES).process().reserve())
        .as("with restarts of its own")
        .isLessThan(kept(planned, CRASHES).process().reserve());
    assertThat(kept(planned, P99).stage().peak()).isEqualTo(3);
  }

  /** What a stage nearly showed of a quantile is nothing in the next one. */
  @Test
  void quantiles_inTheNextStage_beginAnew() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(P99));
    double threshold = -Math.log(0.2 * 0.01 / 5);
    Judge.Judged nearly =
        judge.judge(at(1, 0, Map.of("p99", quantile(threshold - 0.01))), JudgeState.begin());
    Judge.Judged next = judge.judge(at(2, 0, Map.of("p99", quantile(0.5))), nearly.state());
    Judge.Judged alarmed =
        judge.judge(at(2, 0, Map.of("p99", quantile(threshold + 0.01))), next.state());
    Judge.Judged after = judge.judge(at(3, 0, Map.of("p99", quantile(0))), alarmed.state());

    assertThat(nearly.verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(kept(next, P99).stage().peak()).isEqualTo(0.5);
    assertThat(alarmed.verdict().action()).isEqualTo(Action.ROLL_BACK);
    assertThat(after.verdict().sentence())
        .as("once fired it stays so")
        .isEqualTo(
            "p99: 210 ms; odds were 1 : 2 500 against no regression beyond 25 %; rolled" + " back");
  }

  /** An outage of both arms is over when somebody goes on: it is not the treatment's later. */
  @Test
  void breaker_inTheNextStage_beginsAnewForBothArms() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    Judge.Judged outage =
        judge.judge(at(1, 0, Map.of("crashes", events(counts(400, 380)))), JudgeState.begin());
    Judge.Judged next =
        judge.judge(at(2, 0, Map.of("crashes", events(counts(14, 2)))), outage.state());

    assertThat(outage.verdict().reason()).isEqualTo(Reason.BOTH_ARMS_BROKEN);
    assertThat(next.verdict().reason()).isEqualTo(Reason.SHOWN);
    assertThat(next.verdict().readings().getFirst().alarm()).isFalse();
  }

  /** A repeat is another period, not another first look. */
  @Test
  void fixedHorizon_inARepeat_isNotLookedAtAgain() {
    JudgedMetric latency = metric("latency", Role.SUCCESS, Kind.MEAN, 0, 0);
    Judge judge =
        Judge.of(
            Plans.plan(
                ramp(Promotion.SUPERIOR), List.of(latency), new FixedHorizon(1_000, 0.05, 0.05)),
            List.of(latency),
            DataQuality.USUAL);
    Judge.Judged looked = judge.judge(at(1, 0, classical(0.2)), JudgeState.begin());
    Judge.Judged repeated = judge.judge(at(1, 1, classical(0.001)), looked.state());
    Judge.Judged next = judge.judge(at(2, 0, classical(0.001)), repeated.state());

    assertThat(repeated.verdict().action()).isEqualTo(Action.GO_ON);
    assertThat(next.verdict().action()).isEqualTo(Action.PROMOTE);
  }

  private static Map<String, MetricEvidence> classical(double pValue) {
    Classical figures = new Classical(5_000, pValue, 0.3);
    return Map.of("latency", new Measured(0, false, false, "", Optional.of(figures)));
  }

  private static Measured quantile(double logE) {
    return new Measured(logE, false, false, "210 ms", Optional.empty());
  }

  private static MetricState kept(Judge.Judged judged, JudgedMetric metric) {
    String id = metric.plan().role() + "/" + metric.plan().metric();
    return Objects.requireNonNull(judged.state().metrics().get(id));
  }

  private static RunEvidence at(int stage, int extension, Map<String, MetricEvidence> metrics) {
    return evidence(stage, extension, DWELL, data(Duration.ZERO, EXPOSED, 0.5), metrics);
  }
}
