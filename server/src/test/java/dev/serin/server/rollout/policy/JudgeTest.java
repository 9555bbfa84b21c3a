package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.EXPOSED;
import static dev.serin.server.rollout.policy.Plans.NOW;
import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.evidence;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static dev.serin.server.rollout.policy.Plans.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio.Factor;
import dev.serin.server.rollout.plan.DecisionPlan.FixedHorizon;
import dev.serin.server.rollout.plan.FreezePlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.AtMaximum;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.Verdict.Action;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Duration SHORT = Duration.ofMinutes(5);
  private static final Duration DWELL = Duration.ofMinutes(30);
  private static final JudgedMetric ERRORS =
      metric("checkout_errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0);
  private static final JudgedMetric CRASHES =
      metric("crashes", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0);
  private static final JudgedMetric LATENCY =
      metric("latency", Role.GUARDRAIL, Kind.MEAN, 0.2, 0.25);
  private static final ArmCounts BAD = counts(60, 12);
  private static final ArmCounts GOOD = counts(12, 13);

  @Test
  void regression_clearlyShown_rollsBackWithASentenceForItsOwner() {
    Verdict verdict = look(judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS)), SHORT, BAD);

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.reason()).isEqualTo(Reason.GUARDRAIL);
    assertThat(verdict.metric()).contains("checkout_errors");
    assertThat(verdict.sentence())
        .matches(
            "checkout_errors: 60 of 2 013 treatment users against 12 of 1 987; odds 1 : [1-9][0-9"
                + " ]+ against no regression; rolled back");
    assertThat(verdict.readings().getFirst().alarm()).isTrue();
  }

  @Test
  void regression_withUnfitData_stillRollsBack() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    RunEvidence unfit =
        new RunEvidence(
            1,
            1,
            SHORT,
            SHORT,
            SHORT,
            data(SHORT, Duration.ofMinutes(5), EXPOSED, 0.5),
            List.of(Factor.even(counts(9_000, 3_000))),
            Map.of("checkout_errors", events(BAD)));

    Verdict verdict = judge.judge(unfit, JudgeState.begin(), NOW).verdict();

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.problems())
        .extracting(DataQuality.Problem::state)
        .containsExactly(DataQuality.State.STALE);
  }

  @Test
  void unfitData_withoutARegression_hold() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    Map<String, MetricEvidence> good = Map.of("checkout_errors", events(GOOD));
    RunEvidence stale =
        evidence(1, 1, DWELL, data(DWELL, Duration.ofSeconds(30), EXPOSED, 0.5), good);
    RunEvidence skewed =
        new RunEvidence(
            1,
            1,
            DWELL,
            DWELL,
            DWELL,
            data(DWELL, Duration.ZERO, EXPOSED, 0.5),
            List.of(Factor.even(counts(9_000, 8_000))),
            good);

    assertThat(judge.judge(stale, JudgeState.begin(), NOW).verdict())
        .extracting(Verdict::action, Verdict::reason, Verdict::sentence)
        .containsExactly(
            Action.HOLD, Reason.DATA, "stale data: the newest are 30 s old (at most 10 s); held");
    assertThat(judge.judge(skewed, JudgeState.begin(), NOW).verdict())
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.HOLD, Reason.SAMPLE_RATIO);
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
            "stage-5: 30 min with 2 013 treatment and 1 987 control users, no guardrail alarm;"
                + " promoted");
  }

  @Test
  void stage_withTooFewUsers_waits() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    RunEvidence few =
        evidence(1, 1, DWELL, data(DWELL, Duration.ZERO, counts(1_100, 812), 0.5), Map.of());

    assertThat(judge.judge(few, JudgeState.begin(), NOW).verdict().missing())
        .containsExactly("812 of 1 000 users in an arm");
  }

  @Test
  void breaker_withTheControlBrokenToo_holds() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));

    assertThat(look(judge, "crashes", counts(400, 10)))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.ROLL_BACK, Reason.CIRCUIT_BREAKER);
    assertThat(look(judge, "crashes", counts(400, 380)))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.HOLD, Reason.BOTH_ARMS_BROKEN);
  }

  /** E-values of both arms fall side by side afterwards; chance must not blame the treatment. */
  @Test
  void breaker_afterAnOutageOfBothArms_stillHolds() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    Judge.Judged broken =
        judge.judge(
            evidence(SHORT, Map.of("crashes", events(counts(100, 95)))), JudgeState.begin(), NOW);
    Judge.Judged mended =
        judge.judge(
            evidence(DWELL, Map.of("crashes", events(counts(100, 20)))), broken.state(), NOW);

    assertThat(broken.verdict().reason()).isEqualTo(Reason.BOTH_ARMS_BROKEN);
    assertThat(mended.verdict().reason()).isEqualTo(Reason.BOTH_ARMS_BROKEN);
  }

  @Test
  void breaker_whereEverybodyHasTheTreatment_rollsBack() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, CRASHES));
    ArmCounts all = counts(5_000, 0);
    MetricEvidence.Events crashes =
        new MetricEvidence.Events(
            events(counts(20, 20)).run(),
            all,
            counts(300, 0),
            all,
            OptionalDouble.empty(),
            Optional.empty());
    RunEvidence full =
        evidence(
            4,
            4,
            SHORT,
            data(SHORT, Duration.ZERO, all, 1),
            Map.of("checkout_errors", crashes, "crashes", crashes));

    Verdict verdict = judge.judge(full, JudgeState.begin(), NOW).verdict();

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.sentence())
        .startsWith("crashes: 300 of 5 000 treatment users; odds ")
        .endsWith(" against a share of at most 2 %; rolled back");
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
        judge.judge(
            evidence(DWELL, Map.of("checkout_errors", events(BAD))), JudgeState.begin(), NOW);
    Judge.Judged recovered =
        judge.judge(
            evidence(DWELL, Map.of("checkout_errors", events(counts(70, 65)))), worse.state(), NOW);

    assertThat(worse.verdict().reason()).isEqualTo(Reason.SIGNAL);
    assertThat(recovered.verdict().action()).isEqualTo(Action.PROMOTE);
  }

  @Test
  void alarm_onceFired_staysFired() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    Judge.Judged fired =
        judge.judge(
            evidence(SHORT, Map.of("checkout_errors", events(BAD))), JudgeState.begin(), NOW);

    assertThat(
            judge
                .judge(
                    evidence(DWELL, Map.of("checkout_errors", events(counts(60, 60)))),
                    fired.state(),
                    NOW)
                .verdict()
                .action())
        .isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void freezes_holdPromotionOnly() {
    FreezePlan freeze =
        new FreezePlan.Dated(NOW.minusSeconds(60), Instant.parse("2026-11-23T08:00:00Z"));
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS), freeze);

    assertThat(look(judge, DWELL, GOOD))
        .extracting(Verdict::reason, Verdict::sentence)
        .containsExactly(Reason.FREEZE, "stage-5: frozen until 2026-11-23T08:00:00Z; held");
    assertThat(look(judge, SHORT, GOOD).action()).isEqualTo(Action.GO_ON);
    assertThat(look(judge, DWELL, BAD).action()).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void maximum_reached_doesWhatThePlanSays() {
    assertThat(atMaximum(AtMaximum.HOLD))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.HOLD, Reason.MAXIMUM);
    assertThat(atMaximum(AtMaximum.SHIP))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.PROMOTE, Reason.MAXIMUM);
    assertThat(atMaximum(AtMaximum.ROLL_BACK))
        .extracting(Verdict::action, Verdict::reason, Verdict::sentence)
        .containsExactly(
            Action.ROLL_BACK,
            Reason.MAXIMUM,
            "stage-5: its time is up: checkout_errors is not shown to be within its margin;"
                + " rolled back");
  }

  private static Verdict atMaximum(AtMaximum then) {
    Judge judge =
        judge(
            List.of(stage(5, Promotion.NON_INFERIOR, Optional.of(Duration.ofHours(2)), then)),
            List.of(ERRORS));
    return look(judge, Duration.ofHours(2), GOOD);
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
    assertThat(stageOf(judge, counts(900, 1_000), many, OptionalDouble.empty()))
        .as("two in a hundred, within 25 %")
        .isEqualTo(Action.PROMOTE);
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
                1,
                1,
                DWELL,
                data(DWELL, Duration.ZERO, exposed, 0.5),
                Map.of("checkout_errors", events)),
            JudgeState.begin(),
            NOW)
        .verdict()
        .action();
  }

  @Test
  void means_areTakenAsTheirTestSays() {
    Judge judge = judge(ramp(Promotion.NON_INFERIOR), List.of(LATENCY));
    assertThat(judge.measuredShare(LATENCY.plan())).isCloseTo(0.002, within(1e-15));

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
    return judge
        .judge(evidence(DWELL, Map.of("latency", latency)), JudgeState.begin(), NOW)
        .verdict();
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
    return judge.judge(evidence(time, Map.of("latency", latency)), before, NOW);
  }

  @Test
  void looks_ofASecondController_goOnWithTheSameProcesses() {
    Random random = new Random(5);
    Judge first = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, CRASHES));
    JudgeState alone = JudgeState.begin();
    JudgeState shared = JudgeState.begin();
    ArmCounts users = ArmCounts.NONE;
    for (int second = 0; second < 3000; second += 7) {
      users = users.plus(counts(random.nextInt(2), random.nextInt(2)));
      RunEvidence evidence =
          evidence(
              Duration.ofSeconds(second),
              Map.of("checkout_errors", events(users), "crashes", events(users)));
      alone = first.judge(evidence, alone, NOW).state();
      Judge another = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS, CRASHES));
      shared = another.judge(evidence, shared, NOW).state();
    }
    assertThat(shared).isEqualTo(alone);
    assertThat(alone.repeats()).as("beyond its planned half hour").isEqualTo(1);
  }

  @Test
  void repeats_ofAStage_spendLessAndLess() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    JudgeState state = JudgeState.begin();
    List<Double> thresholds = new ArrayList<>();
    for (int entry = 1; entry <= 3; entry++) {
      RunEvidence evidence =
          evidence(
              1,
              entry,
              SHORT,
              data(SHORT, Duration.ZERO, EXPOSED, 0.5),
              Map.of("checkout_errors", events(GOOD)));
      Judge.Judged judged = judge.judge(evidence, state, NOW);
      thresholds.add(judged.verdict().readings().getFirst().stageThreshold());
      state = judged.state();
    }
    double planned = -Math.log(0.4 * 0.6 / 5 * 0.01);
    assertThat(thresholds.get(0)).isCloseTo(planned, within(1e-12));
    assertThat(thresholds.get(1)).isCloseTo(planned + Math.log(2), within(1e-12));
    assertThat(thresholds.get(2)).isCloseTo(planned + Math.log(4), within(1e-12));
  }

  @Test
  void alpha_ofRandomPlans_isSharedOutCompletelyAndNoMore() {
    Random random = new Random(6);
    for (int i = 0; i < 200; i++) {
      List<JudgedMetric> metrics = new ArrayList<>();
      int count = 1 + random.nextInt(8);
      for (int metric = 0; metric < count; metric++) {
        metrics.add(
            metric(
                "metric-" + metric,
                random.nextInt(3) == 0 ? Role.CIRCUIT_BREAKER : Role.GUARDRAIL,
                random.nextInt(2) == 0 ? Kind.EVENT : Kind.MEAN,
                1.0 / count,
                0));
      }
      int stages = 1 + random.nextInt(6);
      AlphaPlan alpha = AlphaPlan.of(0.01, stages, metrics);
      assertThat(alpha.shares().stream().mapToDouble(AlphaPlan.Share::part).sum())
          .isCloseTo(0.01, within(1e-14));
    }
    assertThatThrownBy(() -> AlphaPlan.of(0.01, 2, List.of(ERRORS, ERRORS)))
        .hasMessageStartingWith("parts of alpha: 0.012");
  }

  @Test
  void evidence_ofAnotherShare_isRefused() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(ERRORS));
    assertThatThrownBy(
            () ->
                judge.judge(
                    evidence(1, 1, SHORT, data(SHORT, Duration.ZERO, EXPOSED, 0.05), Map.of()),
                    JudgeState.begin(),
                    NOW))
        .hasMessage("share: 0.05 (expected: 0.5)");
  }

  @Test
  void words_ofNumbers_areReadable() {
    assertThat(Words.odds(Math.log(4_187))).isEqualTo("1 : 4 200");
    assertThat(Words.odds(Math.log(1.25))).isEqualTo("1 : 1.3");
    assertThat(Words.odds(5_000)).isEqualTo("beyond 1 : 10^15");
    assertThat(Words.time(Duration.ofSeconds(5_430))).isEqualTo("1 h 30 min");
    assertThat(Words.percent(0.001)).isEqualTo("0.1 %");
  }

  private static Verdict look(Judge judge, Duration time, ArmCounts users) {
    return judge
        .judge(evidence(time, Map.of("checkout_errors", events(users))), JudgeState.begin(), NOW)
        .verdict();
  }

  private static Verdict look(Judge judge, String metric, ArmCounts users) {
    return judge
        .judge(evidence(DWELL, Map.of(metric, events(users))), JudgeState.begin(), NOW)
        .verdict();
  }
}
