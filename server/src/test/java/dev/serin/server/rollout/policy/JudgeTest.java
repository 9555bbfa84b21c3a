package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.EXPOSED;
import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.evidence;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import dev.serin.server.rollout.plan.DecisionPlan.FixedHorizon;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.AtMaximum;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.Verdict.Action;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Duration SHORT = Duration.ofMinutes(5);
  private static final Duration DWELL = Plans.DWELL;
  private static final JudgedMetric ERRORS =
      metric("checkout_errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0);
  private static final JudgedMetric LATENCY =
      metric("latency", Role.GUARDRAIL, Kind.MEAN, 0.2, 0.25);
  private static final ArmCounts BAD = counts(60, 12);
  private static final ArmCounts GOOD = counts(12, 13);

  @Test
  void regression_clearlyShown_rollsBackWithASentenceForItsOwner() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));

    Verdict verdict = look(judge, SHORT, counts(41, 12));

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.reason()).isEqualTo(Reason.GUARDRAIL);
    assertThat(verdict.metric()).contains("checkout_errors");
    // By numeric integration of both mixtures: E of 41 among 53 is 490.96.
    assertThat(verdict.sentence())
        .isEqualTo(
            "checkout_errors: 41 of 2 013 treatment users against 12 of 1 987; odds 1 : 490"
                + " against no regression; rolled back");
    assertThat(verdict.readings().getFirst().alarm()).isTrue();
  }

  @Test
  void regression_withUnfitData_stillRollsBack() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    RunEvidence unfit =
        new RunEvidence(
            1,
            0,
            0,
            DWELL,
            SHORT,
            SHORT,
            data(Duration.ofMinutes(5), EXPOSED, 0.5),
            List.of(Factor.even(counts(9_000, 3_000))),
            Map.of("checkout_errors", events(BAD)));

    Verdict verdict = judge.judge(unfit, JudgeState.begin()).verdict();

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.problems())
        .extracting(DataQuality.Problem::state)
        .containsExactly(DataQuality.State.STALE);
  }

  @Test
  void unfitData_withoutARegression_hold() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    Map<String, MetricEvidence> good = Map.of("checkout_errors", events(GOOD));
    RunEvidence stale = evidence(1, 0, DWELL, data(Duration.ofSeconds(30), EXPOSED, 0.5), good);
    RunEvidence skewed =
        new RunEvidence(
            1,
            0,
            0,
            DWELL,
            DWELL,
            DWELL,
            data(Duration.ZERO, EXPOSED, 0.5),
            List.of(Factor.even(counts(9_000, 8_000))),
            good);

    assertThat(judge.judge(stale, JudgeState.begin()).verdict())
        .extracting(Verdict::action, Verdict::reason, Verdict::sentence)
        .containsExactly(
            Action.HOLD, Reason.DATA, "stale data: the newest are 30 s old (at most 10 s); held");
    assertThat(judge.judge(skewed, JudgeState.begin()).verdict())
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.HOLD, Reason.SAMPLE_RATIO);
  }

  private static Verdict lookAt(Judge judge, Duration time, Map<String, ArmCounts> values) {
    return lookAt(judge, time, time, values);
  }

  private static Verdict lookAt(
      Judge judge, Duration elapsed, Duration dwelled, Map<String, ArmCounts> values) {
    DataQuality.Stage data =
        new DataQuality.Stage(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            EXPOSED,
            EXPOSED,
            ArmCounts.NONE,
            0.5,
            0,
            10_000,
            0,
            0,
            values);
    Map<String, MetricEvidence> none = Map.of("checkout_errors", events(ArmCounts.NONE));
    RunEvidence evidence = new RunEvidence(1, 0, 0, DWELL, elapsed, dwelled, data, List.of(), none);
    return judge.judge(evidence, JudgeState.begin()).verdict();
  }

  /** No error of nobody who reports any is no health: a typo at the reporter looks like it. */
  @Test
  void guardrail_thatNobodyReports_holdsWhereTheStageCouldEnd() {
    for (Promotion promotion : List.of(Promotion.NO_REGRESSION, Promotion.NON_INFERIOR)) {
      Judge judge = judge(ramp(promotion), List.of(ERRORS));
      Map<String, ArmCounts> unreported = Map.of("checkout_errors", counts(0, 1_987));

      assertThat(lookAt(judge, SHORT, unreported).action()).isEqualTo(Action.GO_ON);
      Verdict verdict = lookAt(judge, DWELL, unreported);
      assertThat(verdict.action()).isEqualTo(Action.HOLD);
      assertThat(verdict.reason()).isEqualTo(Reason.DATA);
      assertThat(verdict.sentence())
          .isEqualTo(
              "checkout_errors is not reported: 0 values by 2013 treatment users, 1987 by 1987 of"
                  + " the control; held");
      assertThat(verdict.problems())
          .extracting(DataQuality.Problem::state)
          .containsExactly(DataQuality.State.LOSING_OUTCOMES);
    }
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    assertThat(lookAt(judge, DWELL, Map.of("checkout_errors", counts(1, 1))).action())
        .isEqualTo(Action.PROMOTE);
  }

  /** It would ship at its maximum, and nobody would have seen an error of those who have it. */
  @Test
  void guardrail_thatNobodyReports_holdsAStageThatShipsWithAnyNumberOfUsers() {
    StagePlan few = few(AtMaximum.SHIP);
    Map<String, ArmCounts> unreported = Map.of("checkout_errors", counts(0, 1_987));

    assertThat(lookAt(judge(stages(few), List.of(ERRORS)), DWELL, unreported).sentence())
        .startsWith("checkout_errors is not reported: 0 values by 2013 treatment users");
    assertThat(lookAt(judge(stages(few), List.of(ERRORS)), SHORT, unreported).action())
        .isEqualTo(Action.GO_ON);
    assertThat(lookAt(judge(stages(few), List.of(ERRORS)), DWELL, SHORT, unreported).action())
        .as("held for something else, which its maximum counts")
        .isEqualTo(Action.HOLD);
    assertThat(
            lookAt(judge(stages(few(AtMaximum.HOLD)), List.of(ERRORS)), DWELL, unreported).action())
        .isEqualTo(Action.GO_ON);
  }

  private static List<StagePlan> stages(StagePlan first) {
    return List.of(first, Plans.stage(100, Promotion.NO_REGRESSION));
  }

  /** A stage that asks for more users than there are. */
  private static StagePlan few(AtMaximum atMaximum) {
    return new StagePlan(
        "few",
        StagePlan.Kind.EXPAND,
        new TrafficShare(50, 100),
        DWELL,
        10_000,
        Optional.of(DWELL.multipliedBy(2)),
        atMaximum,
        Promotion.NO_REGRESSION,
        List.of());
  }

  @Test
  void dryRun_thatNobodyReports_holdsNothing() {
    JudgedMetric dry = metric("dry", Role.GUARDRAIL, Kind.EVENT, 0.2, 0, true, Direction.LOWER);
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, dry));

    assertThat(
            lookAt(judge, DWELL, Map.of("checkout_errors", counts(1, 1), "dry", ArmCounts.NONE))
                .action())
        .isEqualTo(Action.PROMOTE);
  }

  /** Who has not bought anything yet holds no stage that does not ask for more purchases. */
  @Test
  void successMetric_thatNobodyReports_holdsOnlyWhereItMustBeBetter() {
    JudgedMetric orders = metric("orders", Role.SUCCESS, Kind.EVENT, 0, 0, false, Direction.HIGHER);
    Map<String, ArmCounts> unsold = Map.of("checkout_errors", counts(1, 1), "orders", counts(3, 0));
    for (Promotion promotion : List.of(Promotion.NO_REGRESSION, Promotion.NON_INFERIOR)) {
      Verdict verdict = lookAt(judge(ramp(promotion), List.of(ERRORS, orders)), DWELL, unsold);
      assertThat(verdict.problems()).isEmpty();
      assertThat(verdict.reason()).isNotEqualTo(Reason.DATA);
    }
    Judge superior = judge(ramp(Promotion.SUPERIOR), List.of(ERRORS, orders));
    assertThat(lookAt(superior, DWELL, unsold).sentence())
        .startsWith("orders is not reported: 3 values by 2013 treatment users, 0 by 1987 of");
  }

  @Test
  void stage_withEverythingShown_promotes() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));

    assertThat(look(judge, SHORT, GOOD))
        .extracting(Verdict::action, Verdict::reason, Verdict::sentence)
        .containsExactly(
            Action.GO_ON, Reason.NOT_YET, "stage-5: not yet: 5 min of 30 min in the stage");
    assertThat(look(judge, DWELL, GOOD))
        .extracting(Verdict::action, Verdict::reason, Verdict::sentence)
        .containsExactly(
            Action.PROMOTE,
            Reason.SHOWN,
            "stage-5: 30 min with 2 013 treatment and 1 987 control users, no guardrail alarm:"
                + " ready");
  }

  @Test
  void stage_withTooFewUsers_waits() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    RunEvidence few = evidence(1, 0, DWELL, data(Duration.ZERO, counts(1_100, 812), 0.5), Map.of());

    assertThat(judge.judge(few, JudgeState.begin()).verdict().missing())
        .containsExactly("812 of 1 000 users in an arm");
  }

  @Test
  void dryRuns_worse_areShownAndNothingElse() {
    JudgedMetric dry =
        metric("checkout_errors", Role.GUARDRAIL, Kind.EVENT, 0.5, 0, true, Direction.LOWER);
    Judge judge = judge(ramp(Promotion.NON_INFERIOR), List.of(dry));

    Verdict verdict = look(judge, DWELL, BAD);

    assertThat(verdict.action()).isEqualTo(Action.PROMOTE);
    assertThat(verdict.readings().getFirst().alarm()).isTrue();
    assertThat(judge.alpha().shares()).isEmpty();
  }

  @Test
  void signals_whileWorse_hold() {
    JudgedMetric signal = metric("checkout_errors", Role.SIGNAL, Kind.EVENT, 0.5, 0);
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(signal));
    Judge.Judged worse =
        judge.judge(evidence(DWELL, Map.of("checkout_errors", events(BAD))), JudgeState.begin());
    Judge.Judged recovered =
        judge.judge(
            evidence(DWELL, Map.of("checkout_errors", events(counts(70, 65)))), worse.state());

    assertThat(worse.verdict().reason()).isEqualTo(Reason.SIGNAL);
    assertThat(recovered.verdict().action()).isEqualTo(Action.PROMOTE);
  }

  @Test
  void alarm_onceFired_staysFired() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    Judge.Judged fired =
        judge.judge(evidence(SHORT, Map.of("checkout_errors", events(BAD))), JudgeState.begin());

    Verdict later =
        judge
            .judge(
                evidence(DWELL, Map.of("checkout_errors", events(counts(60, 60)))), fired.state())
            .verdict();

    assertThat(later.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(later.sentence())
        .matches("checkout_errors: 60 of .*; odds were 1 : [0-9 ]+ against no regression; .*");
  }

  @Test
  void nonInferiority_ofAGuardrail_needsOneOfItsMargins() {
    JudgedMetric errors = metric("checkout_errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0.25);
    Judge judge = judge(ramp(Promotion.NON_INFERIOR), List.of(errors));
    ArmCounts many = counts(50_000, 50_000);

    assertThat(look(judge, DWELL, GOOD).missing())
        .containsExactly("checkout_errors is not shown to be within its margin");
    assertThat(stageOf(judge, ArmCounts.NONE, many, OptionalDouble.empty()))
        .as("no errors at all: within the absolute margin")
        .isEqualTo(Action.PROMOTE);
    assertThat(stageOf(judge, counts(760, 850), many, OptionalDouble.empty()))
        .as("clearly below two in a hundred, within 25 %")
        .isEqualTo(Action.PROMOTE);
    assertThat(stageOf(judge, counts(890, 990), many, OptionalDouble.empty()))
        .as("hardly below: rates of requests are asked for at every look alike")
        .isEqualTo(Action.GO_ON);
    assertThat(stageOf(judge, counts(9_000, 10_000), many, OptionalDouble.empty()))
        .as("one in five: rates of requests are asked for")
        .isEqualTo(Action.GO_ON);
    assertThat(stageOf(judge, counts(9_000, 10_000), many, OptionalDouble.of(0.2)))
        .isEqualTo(Action.PROMOTE);
    assertThat(stageOf(judge, counts(9_000, 10_000), many, OptionalDouble.of(0.3)))
        .isEqualTo(Action.GO_ON);
  }

  private static Action stageOf(
      Judge judge, ArmCounts users, ArmCounts exposed, OptionalDouble requests) {
    MetricEvidence.Events events =
        new MetricEvidence.Events(
            events(users).run(), exposed, users, exposed, requests, Optional.empty());
    return judge
        .judge(
            evidence(
                1, 0, DWELL, data(Duration.ZERO, exposed, 0.5), Map.of("checkout_errors", events)),
            JudgeState.begin())
        .verdict()
        .action();
  }

  @Test
  void means_areTakenAsTheirTestSays() {
    Judge judge = judge(ramp(Promotion.NON_INFERIOR), List.of(LATENCY));
    assertThat(judge.measuredShare(LATENCY)).isCloseTo(0.002, within(1e-15));

    assertThat(measured(judge, Math.log(499), true).action()).isEqualTo(Action.PROMOTE);
    assertThat(measured(judge, 0, false).action()).isEqualTo(Action.GO_ON);
    assertThat(measured(judge, Math.log(501), true).sentence())
        .isEqualTo(
            "latency: 212 ms against 160 ms; odds 1 : 500 against no regression beyond 25 %;"
                + " rolled back");
  }

  private static Verdict measured(Judge judge, double logE, boolean nonInferior) {
    Measured latency =
        new Measured(logE, nonInferior, false, "212 ms against 160 ms", Optional.empty());
    return judge.judge(evidence(DWELL, Map.of("latency", latency)), JudgeState.begin()).verdict();
  }

  @Test
  void superiority_ofAnEvent_isShownInItsDirection() {
    JudgedMetric orders = metric("orders", Role.SUCCESS, Kind.EVENT, 0, 0, false, Direction.HIGHER);
    JudgedMetric errors = metric("errors", Role.SUCCESS, Kind.EVENT, 0, 0);
    Judge more = judge(ramp(Promotion.SUPERIOR), List.of(orders));
    Judge fewer = judge(ramp(Promotion.SUPERIOR), List.of(errors));

    assertThat(look(more, "orders", counts(300, 200)).action()).isEqualTo(Action.PROMOTE);
    assertThat(look(more, "orders", counts(200, 300)).action()).isEqualTo(Action.GO_ON);
    assertThat(look(fewer, "errors", counts(200, 300)).action()).isEqualTo(Action.PROMOTE);
    assertThat(look(fewer, "errors", counts(300, 200)).missing())
        .containsExactly("errors is not shown to be better");
  }

  @Test
  void guardrails_ofGoodEvents_rollBackWhereTheyAreFewer() {
    JudgedMetric orders =
        metric("orders", Role.GUARDRAIL, Kind.EVENT, 0.5, 0, false, Direction.HIGHER);
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(orders));

    assertThat(look(judge, "orders", counts(150, 300)).action()).isEqualTo(Action.ROLL_BACK);
    assertThat(look(judge, "orders", counts(300, 150)).action()).isEqualTo(Action.PROMOTE);
  }

  /** The documents' policy: one look, at the end, whatever is seen before and after. */
  @Test
  void fixedHorizon_isLookedAtOnce() {
    JudgedMetric latency = metric("latency", Role.SUCCESS, Kind.MEAN, 0, 0);
    Judge judge =
        Judge.of(
            Plans.plan(
                ramp(Promotion.SUPERIOR), List.of(latency), new FixedHorizon(1_000, 0.05, 0.05)),
            List.of(latency),
            DataQuality.USUAL);

    Judge.Judged early = horizon(judge, SHORT, JudgeState.begin(), 5_000, 0.001, 0.3);
    assertThat(early.verdict().action()).isEqualTo(Action.GO_ON);
    Judge.Judged few = horizon(judge, DWELL, early.state(), 999, 0.001, 0.3);
    assertThat(few.verdict().action()).isEqualTo(Action.GO_ON);
    Judge.Judged looked = horizon(judge, DWELL, few.state(), 1_000, 0.2, 0.3);
    assertThat(looked.verdict().action()).isEqualTo(Action.GO_ON);
    assertThat(horizon(judge, DWELL.plusMinutes(1), looked.state(), 1_100, 0.001, 0.3).verdict())
        .as("significant at a second look")
        .extracting(Verdict::action)
        .isEqualTo(Action.GO_ON);
    assertThat(horizon(judge, DWELL, few.state(), 1_000, 0.01, 0.04).verdict().action())
        .as("too small an improvement")
        .isEqualTo(Action.GO_ON);
    assertThat(horizon(judge, DWELL, few.state(), 1_000, 0.01, 0.06).verdict().action())
        .isEqualTo(Action.PROMOTE);
  }

  private static Judge.Judged horizon(
      Judge judge,
      Duration time,
      JudgeState before,
      long samples,
      double pValue,
      double improvement) {
    Measured latency =
        new Measured(0, false, false, "", Optional.of(new Classical(samples, pValue, improvement)));
    return judge.judge(evidence(time, Map.of("latency", latency)), before);
  }

  /** The one look is not spent on data that are unfit, and has to be kept when it is taken. */
  @Test
  void fixedHorizon_ofUnfitData_isNotLookedAt() {
    JudgedMetric latency = metric("latency", Role.SUCCESS, Kind.MEAN, 0, 0);
    Judge judge =
        Judge.of(
            Plans.plan(
                ramp(Promotion.SUPERIOR), List.of(latency), new FixedHorizon(1_000, 0.05, 0.05)),
            List.of(latency),
            DataQuality.USUAL);
    Map<String, MetricEvidence> good =
        Map.of(
            "latency",
            new Measured(0, false, false, "", Optional.of(new Classical(5_000, 0.001, 0.3))));
    RunEvidence stale = evidence(1, 0, DWELL, data(Duration.ofMinutes(1), EXPOSED, 0.5), good);
    Judge.Judged unfit = judge.judge(stale, JudgeState.begin());
    Judge.Judged fit = judge.judge(evidence(DWELL, good), unfit.state());

    assertThat(unfit.verdict().reason()).isEqualTo(Reason.DATA);
    assertThat(unfit.state().metrics().values())
        .allSatisfy(kept -> assertThat(kept.horizon()).isEmpty());
    assertThat(fit.verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(fit.state().sameKept(unfit.state())).isFalse();
    assertThat(judge.judge(evidence(DWELL, good), fit.state()).state().sameKept(fit.state()))
        .isTrue();
  }

  @Test
  void evidence_ofAnotherShare_isRefused() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    assertThatThrownBy(
            () ->
                judge.judge(
                    evidence(1, 0, SHORT, data(Duration.ZERO, EXPOSED, 0.05), Map.of()),
                    JudgeState.begin()))
        .hasMessage("share: 0.05 (expected: 0.5)");
  }

  @Test
  void words_ofNumbers_areReadable() {
    assertThat(Words.odds(Math.log(4_187))).isEqualTo("1 : 4 200");
    assertThat(Words.odds(Math.log(1.25))).isEqualTo("1 : 1.3");
    assertThat(Words.odds(5_000)).isEqualTo("beyond 1 : 10^15");
    assertThat(Words.time(Duration.ofSeconds(5_430))).isEqualTo("1 h 30 min");
    assertThat(Words.percent(0.001)).isEqualTo("0.1 %");
    assertThat(Words.percent(0.00002)).isEqualTo("0.002 %");
    assertThat(Words.percent(1.234e-8)).isEqualTo("0.0000012 %");
    assertThat(Words.percent(0.125)).isEqualTo("12.5 %");
    assertThat(Words.percent(0)).isEqualTo("0 %");
  }

  private static Verdict look(Judge judge, Duration time, ArmCounts users) {
    return judge
        .judge(evidence(time, Map.of("checkout_errors", events(users))), JudgeState.begin())
        .verdict();
  }

  private static Verdict look(Judge judge, String metric, ArmCounts users) {
    return judge
        .judge(evidence(DWELL, Map.of(metric, events(users))), JudgeState.begin())
        .verdict();
  }
}
