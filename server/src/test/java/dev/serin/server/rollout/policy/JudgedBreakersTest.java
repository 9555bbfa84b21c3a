package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.events;
import static dev.serin.server.rollout.policy.Plans.evidence;
import static dev.serin.server.rollout.policy.Plans.judge;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.Verdict.Action;
import dev.serin.server.rollout.policy.Verdict.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the judge makes of circuit breakers. */
class JudgedBreakersTest {
  private static final Duration SHORT = Duration.ofMinutes(5);
  private static final Duration DWELL = Plans.DWELL;
  private static final JudgedMetric ERRORS =
      metric("checkout_errors", Role.GUARDRAIL, Kind.EVENT, 0.6, 0);
  private static final JudgedMetric CRASHES =
      metric("crashes", Role.CIRCUIT_BREAKER, Kind.EVENT, 0.2, 0);

  @Test
  void breaker_withTheControlBrokenToo_holds() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));

    assertThat(look(judge, counts(400, 10)))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.ROLL_BACK, Reason.CIRCUIT_BREAKER);
    assertThat(look(judge, counts(400, 380)))
        .extracting(Verdict::action, Verdict::reason)
        .containsExactly(Action.HOLD, Reason.BOTH_ARMS_BROKEN);
  }

  /** What holds is what is so now: when those who came last show that it is over, it is. */
  @Test
  void breaker_afterAnOutageOfBothArms_goesOn() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    ArmCounts both = counts(100, 95);
    Judge.Judged broken =
        judge.judge(evidence(SHORT, Map.of("crashes", since(both, ArmCounts.NONE))), begin());
    Judge.Judged mended =
        judge.judge(
            evidence(DWELL, Map.of("crashes", since(both, counts(300, 300)))), broken.state());

    assertThat(broken.verdict().reason()).isEqualTo(Reason.BOTH_ARMS_BROKEN);
    assertThat(broken.verdict().missing())
        .containsExactly("crashes within its limit in both arms", "5 min of 30 min in the stage");
    assertThat(mended.verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(mended.verdict().readings().getFirst().alarm()).isFalse();
  }

  /**
   * Another controller, new sets of users, and an hour without a mark that tells: what is over
   * stays so until users who come later show another outage.
   */
  @Test
  void breaker_whoseMarksAreForgotten_knowsThatItIsOver() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    ArmCounts both = counts(100, 95);
    Judge.Judged broken =
        judge.judge(evidence(SHORT, Map.of("crashes", since(both, ArmCounts.NONE))), begin());
    Judge.Judged mended =
        judge.judge(
            evidence(DWELL, Map.of("crashes", since(both, counts(300, 300)))), broken.state());
    JudgeState kept = JudgeStateCodec.decode(JudgeStateCodec.encode(mended.state()));
    RunEvidence unmarked = evidence(DWELL, Map.of("crashes", events(both)));
    Since during = new Since(0, 9, counts(200, 200), counts(70, 65));
    MetricEvidence.Events later = marked(both.plus(counts(70, 65)), during);
    RunEvidence another = evidence(DWELL, Map.of("crashes", later));

    assertThat(judge.judge(unmarked, broken.state()).verdict().reason())
        .isEqualTo(Reason.BOTH_ARMS_BROKEN);
    assertThat(judge.judge(unmarked, kept).verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(judge.judge(thinned(), kept).verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(judge.judge(thinned(), broken.state()).verdict().action()).isEqualTo(Action.HOLD);
    assertThat(judge.judge(another, kept).verdict().reason())
        .as("another outage")
        .isEqualTo(Reason.BOTH_ARMS_BROKEN);
  }

  /** The next generation of sets, in which nobody has been seen. */
  private static RunEvidence thinned() {
    RunEvidence before = evidence(DWELL, Map.of("crashes", quiet(ArmCounts.NONE, ArmCounts.NONE)));
    return new RunEvidence(
        before.stage(),
        before.extension(),
        before.generation() + 1,
        before.planned(),
        before.elapsed(),
        before.dwelled(),
        before.data(),
        before.firstExposures(),
        before.metrics());
  }

  /** Of a good minute and a half, the last minute of which nobody came in. */
  private static MetricEvidence.Events since(ArmCounts users, ArmCounts good) {
    return marked(
        users,
        new Since(0, 3, good, ArmCounts.NONE),
        new Since(0, 4, ArmCounts.NONE, ArmCounts.NONE),
        new Since(0, 5, ArmCounts.NONE, ArmCounts.NONE),
        new Since(0, 6, ArmCounts.NONE, ArmCounts.NONE));
  }

  private static MetricEvidence.Events marked(ArmCounts users, Since... since) {
    MetricEvidence.Events events = events(users);
    return new MetricEvidence.Events(
        events.run(),
        events.runExposed(),
        users,
        events.stageExposed(),
        OptionalDouble.empty(),
        Optional.empty(),
        List.of(since));
  }

  /** An outage after two good hours is found by those who come then. */
  @Test
  void breaker_ofALateOutage_isNotDilutedByGoodHours() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    ArmCounts many = counts(400_000, 400_000);
    ArmCounts users = counts(2_100, 2_000);
    MetricEvidence.Events late =
        new MetricEvidence.Events(
            new RunProcess(List.of(new RunProcess.Part(0.5, users))),
            many,
            users,
            many,
            OptionalDouble.empty(),
            Optional.empty(),
            List.of(new Since(0, 59, counts(100, 100), counts(100, 0))));

    Judge.Judged before =
        judge.judge(evidence(DWELL, Map.of("crashes", quiet(counts(2_000, 2_000), many))), begin());
    Judge.Judged outage = judge.judge(evidence(DWELL, Map.of("crashes", late)), before.state());

    assertThat(before.verdict().action()).isEqualTo(Action.PROMOTE);
    assertThat(outage.verdict().reason()).isEqualTo(Reason.CIRCUIT_BREAKER);
  }

  private static MetricEvidence.Events quiet(ArmCounts users, ArmCounts exposed) {
    return new MetricEvidence.Events(
        new RunProcess(List.of(new RunProcess.Part(0.5, users))),
        exposed,
        users,
        exposed,
        OptionalDouble.empty(),
        Optional.empty());
  }

  private static JudgeState begin() {
    return JudgeState.begin();
  }

  /** Nine users to one: the control has hardly been seen when the treatment is beyond its limit. */
  @Test
  void breaker_beforeTheControlCanTell_holds() {
    Judge judge = judge(List.of(Plans.stage(90, Promotion.NO_REGRESSION)), List.of(CRASHES));

    Verdict early = nineToOne(judge, counts(12, 0), counts(90, 10));
    assertThat(early.reason()).isEqualTo(Reason.NOT_COMPARED);
    assertThat(early.sentence())
        .startsWith("crashes: 12 of 90 treatment users, 0 of 10 of the control; odds 1 : ")
        .endsWith("; not shown to be worse than the control; held");
    assertThat(nineToOne(judge, counts(110, 0), counts(450, 50)).action())
        .isEqualTo(Action.ROLL_BACK);
  }

  private static Verdict nineToOne(Judge judge, ArmCounts users, ArmCounts exposed) {
    return look(judge, 1, 0.9, users, exposed);
  }

  private static Verdict look(
      Judge judge, int stage, double share, ArmCounts users, ArmCounts exposed) {
    MetricEvidence.Events crashes =
        new MetricEvidence.Events(
            new RunProcess(List.of()),
            exposed,
            users,
            exposed,
            OptionalDouble.empty(),
            Optional.empty());
    return judge
        .judge(
            evidence(
                stage, 0, SHORT, data(Duration.ZERO, exposed, share), Map.of("crashes", crashes)),
            JudgeState.begin())
        .verdict();
  }

  /**
   * docs/statistics.md, "The order of judgement": every user of the treatment fails from the
   * stage's start on, none of the control, which has one for so many of the treatment's.
   */
  @ParameterizedTest
  @CsvSource({"1, 0.5, 1, 16", "2, 0.9, 9, 90", "3, 1, 0, 3"})
  void breaker_ofATotalOutage_rollsBackAfterAFewFailingUsers(
      int stage, double share, int forOne, long failing) {
    List<StagePlan> stages =
        IntStream.of(50, 90, 100)
            .mapToObj(percent -> Plans.stage(percent, Promotion.NO_REGRESSION))
            .toList();
    Judge judge = judge(stages, List.of(CRASHES));
    long users = 0;
    ArmCounts exposed;
    do {
      users++;
      exposed = counts(users, forOne == 0 ? 0 : users / forOne);
    } while (look(judge, stage, share, counts(users, 0), exposed).action() != Action.ROLL_BACK);
    assertThat(users).isBetween(Math.round(failing * .9), Math.round(failing * 1.1));
  }

  @Test
  void breaker_ofAnythingButEvents_isRefused() {
    Judge judge = judge(ramp(Promotion.NO_REGRESSION), List.of(CRASHES));
    Measured mean = new Measured(0, true, true, "", Optional.empty());

    assertThatThrownBy(
            () -> judge.judge(evidence(SHORT, Map.of("crashes", mean)), JudgeState.begin()))
        .hasMessageStartingWith("CIRCUIT_BREAKER/crashes: Measured")
        .hasMessageEndingWith("(expected: events)");
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
            0,
            SHORT,
            data(Duration.ZERO, all, 1),
            Map.of("checkout_errors", crashes, "crashes", crashes));

    Verdict verdict = judge.judge(full, JudgeState.begin()).verdict();

    assertThat(verdict.action()).isEqualTo(Action.ROLL_BACK);
    assertThat(verdict.sentence())
        .startsWith("crashes: 300 of 5 000 treatment users; odds ")
        .endsWith(" against a share of at most 2 %; rolled back");
  }

  private static Verdict look(Judge judge, ArmCounts users) {
    return judge
        .judge(evidence(DWELL, Map.of("crashes", events(users))), JudgeState.begin())
        .verdict();
  }
}
