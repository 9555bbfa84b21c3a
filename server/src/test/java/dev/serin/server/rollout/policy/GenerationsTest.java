package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.DWELL;
import static dev.serin.server.rollout.policy.Plans.EXPOSED;
import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.Verdict.Action;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Decision 4: where sets of users begin anew, log E is frozen and other users count. */
class GenerationsTest {
  private static final JudgedMetric ERRORS = metric("errors", Role.GUARDRAIL, Kind.EVENT, 0.4, 0);
  private static final JudgedMetric CRASHES =
      metric("errors", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0);
  private static final JudgedMetric P99 = metric("p99", Role.GUARDRAIL, Kind.QUANTILE, 0.2, 0.25);
  private static final RateTest EVEN = RateTest.regression(0.5, 0);
  private static final ArmCounts BEFORE = counts(20, 9);
  private static final ArmCounts AFTER = counts(14, 3);

  @Test
  void processes_ofANewGeneration_goOnFromWhatWasShown() {
    Judge judge = judge();
    Judge.Judged before = judge.judge(at(0, BEFORE, counts(900, 880)), JudgeState.begin());
    Judge.Judged begun = judge.judge(at(1, ArmCounts.NONE, ArmCounts.NONE), before.state());
    Judge.Judged after = judge.judge(at(1, AFTER, counts(400, 380)), begun.state());
    double run = EVEN.logE(BEFORE) + EVEN.logE(AFTER);

    assertThat(reading(before).logRun()).isEqualTo(EVEN.logE(BEFORE));
    assertThat(reading(begun).logRun()).isCloseTo(reading(before).logRun(), within(1e-12));
    assertThat(reading(begun).logStage()).isCloseTo(reading(before).logStage(), within(1e-12));
    assertThat(reading(after).logRun()).isCloseTo(run, within(1e-12));
    // Half on the start and the ten restarts taken at once; fifty are to come.
    double shown = Math.exp(EVEN.logE(BEFORE)) / 2 + 10 / 120.0;
    assertThat(reading(after).logStage())
        .isCloseTo(Math.log(shown * Math.exp(EVEN.logE(AFTER)) + 50 / 120.0), within(1e-12));
    assertThat(after.verdict().logRatio())
        .isCloseTo(
            SampleRatio.logE(List.of(Factor.even(counts(900, 880))))
                + SampleRatio.logE(List.of(Factor.even(counts(400, 380)))),
            within(1e-12));
    assertThat(kept(after, P99).stage()).isEqualTo(kept(before, P99).stage());
    assertThat(reading(before).sentence())
        .startsWith("errors: 20 of 2 013 treatment users against");
    assertThat(reading(after).sentence())
        .as("odds are those of all, users those who came since")
        .startsWith("errors: 14 of 2 013 counted treatment users against 3 of 1 987; odds 1 : ");
    assertThat(after.verdict().readings().get(1).sentence())
        .startsWith("errors: 14 of 2 013 counted treatment users, 3 of 1 987 of the control; ");
  }

  /** What the judge has kept is enough for another controller to go on from. */
  @Test
  void processes_continuedByAnotherController_areTheSame() {
    Judge judge = judge();
    JudgeState before = judge.judge(at(0, BEFORE, counts(900, 880)), JudgeState.begin()).state();
    JudgeState read = JudgeStateCodec.decode(JudgeStateCodec.encode(before));
    RunEvidence next = at(1, AFTER, counts(400, 380));

    assertThat(judge.judge(next, read)).isEqualTo(judge.judge(next, before));
  }

  /** Without what was shown before, as many users again would be needed. */
  @Test
  void regression_halfBeforeAndHalfAfter_isRolledBack() {
    Judge judge = judge();
    Judge.Judged before = judge.judge(at(0, counts(25, 5), counts(900, 880)), JudgeState.begin());
    Judge.Judged alone = judge.judge(at(1, counts(25, 5), counts(9, 8)), JudgeState.begin());
    Judge.Judged after = judge.judge(at(1, counts(25, 5), counts(9, 8)), before.state());

    assertThat(before.verdict().action()).isEqualTo(Action.GO_ON);
    assertThat(alone.verdict().action()).isEqualTo(Action.GO_ON);
    assertThat(after.verdict().action()).isEqualTo(Action.ROLL_BACK);
  }

  /** A replica that lags behind still has users that have been counted already. */
  @Test
  void evidence_ofAnOlderGeneration_isNotLookedAt() {
    Judge judge = judge();
    Judge.Judged after = judge.judge(at(2, AFTER, counts(400, 380)), JudgeState.begin());
    Judge.Judged older = judge.judge(at(1, counts(90, 2), counts(900, 880)), after.state());

    assertThat(older.verdict()).isEqualTo(Verdict.unseen());
    assertThat(older.state()).isEqualTo(after.state());
  }

  private static Judge judge() {
    return Plans.judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, CRASHES, P99));
  }

  private static MetricReading reading(Judge.Judged judged) {
    return judged.verdict().readings().getFirst();
  }

  private static MetricState kept(Judge.Judged judged, JudgedMetric metric) {
    return Objects.requireNonNull(
        judged.state().metrics().get(RunEvidence.id(metric.plan())), "kept");
  }

  private static RunEvidence at(int generation, ArmCounts users, ArmCounts exposures) {
    Duration time = Duration.ofMinutes(5);
    return new RunEvidence(
        1,
        0,
        generation,
        DWELL,
        time,
        time,
        data(Duration.ZERO, EXPOSED, 0.5),
        List.of(Factor.even(exposures)),
        Map.of(
            "errors",
            events(users),
            "p99",
            new MetricEvidence.Measured(1.5, false, false, "210 ms", Optional.empty())));
  }
}
