package dev.serin.server.rollout.policy;

import static dev.serin.server.rollout.policy.Plans.DWELL;
import static dev.serin.server.rollout.policy.Plans.counts;
import static dev.serin.server.rollout.policy.Plans.data;
import static dev.serin.server.rollout.policy.Plans.metric;
import static dev.serin.server.rollout.policy.Plans.ramp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.rollout.evidence.VerdictMessages;
import dev.serin.server.rollout.forecast.LiveForecast;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.JudgeState.Counted;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.JudgeState.Users;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.Verdict.Action;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Decision 5 where sets of users begin anew: what promotion asks of an event is one question in a
 * stage, of the users of all generations. Fixed seeds; bounds at three standard errors.
 */
class PromotedGenerationsTest {
  private static final double ALPHA = 0.01;
  private static final JudgedMetric ERRORS = metric("errors", Role.GUARDRAIL, Kind.EVENT, 1, 1);
  private static final JudgedMetric BUYS =
      metric("buys", Role.SUCCESS, Kind.EVENT, 0, 0, false, Direction.HIGHER);

  /** Shares of 1 in 200, of which a difference of .001 is not excluded by so few users. */
  private static final Users FIRST = new Users(counts(12, 12), counts(2_400, 2_400));

  private static final Users SECOND = new Users(counts(13, 14), counts(2_600, 2_500));
  private static final Users BOTH = new Users(counts(25, 26), counts(5_000, 4_900));

  @Test
  void within_aMargin_isAskedOfAllGenerationsOfTheStage() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    Judge.Judged first = judge.judge(at(0, ERRORS, FIRST), JudgeState.begin());
    Judge.Judged alone = judge.judge(at(1, ERRORS, SECOND), JudgeState.begin());
    Judge.Judged both = judge.judge(at(1, ERRORS, SECOND), first.state());

    assertThat(shown(first)).isEqualTo(look(FIRST));
    assertThat(shown(alone)).isEqualTo(look(SECOND));
    assertThat(shown(both)).isEqualTo(look(BOTH));
    assertThat(shown(both).logE()).isGreaterThan(shown(alone).logE());
    assertThat(shown(both).difference()).isLessThan(shown(alone).difference());
    assertThat(both.verdict().readings().getFirst().withEvent())
        .as("what is shown is of the generation that holds")
        .contains(SECOND.withEvent());
    assertThat(both.verdict().readings().getFirst().counted()).contains(BOTH);
  }

  /** What was shown before sets began anew is not waited for again. */
  @Test
  void forecast_isOfAllGenerationsOfTheStage() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    Judge.Judged first = judge.judge(at(0, ERRORS, FIRST), JudgeState.begin());
    RunEvidence second = at(1, ERRORS, SECOND);

    assertThat(median(second, judge.judge(second, first.state())))
        .isPositive()
        .isLessThan(median(second, judge.judge(second, JudgeState.begin())));
  }

  /** Seconds until half of such runs may be promoted. */
  private static long median(RunEvidence evidence, Judge.Judged judged) {
    List<JudgedMetric> metrics = List.of(ERRORS);
    return VerdictMessages.withForecast(
            Plans.plan(ramp(Promotion.NON_INFERIOR), metrics, new DecisionPlan.AlwaysValid()),
            evidence,
            judged.verdict(),
            new LiveForecast.Passed(DWELL, DWELL))
        .getPromotedMedian()
        .getSeconds();
  }

  /** What each shows by itself is not what the stage shows. */
  @Test
  void generation_thatIsWithinByItself_doesNotPromoteAStageThatIsNot() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    Users bad = new Users(counts(60, 25), counts(5_000, 5_000));
    Users good = new Users(counts(8, 30), counts(5_000, 5_000));
    Judge.Judged first = judge.judge(at(0, ERRORS, bad), JudgeState.begin());

    assertThat(judge.judge(at(1, ERRORS, good), JudgeState.begin()).verdict().action())
        .isEqualTo(Action.PROMOTE);
    assertThat(judge.judge(at(1, ERRORS, good), first.state()).verdict().action())
        .isEqualTo(Action.GO_ON);
  }

  @Test
  void superiority_isAskedOfAllGenerationsOfTheStage() {
    Judge judge = judge(Promotion.SUPERIOR, BUYS);
    Users half = new Users(counts(70, 40), counts(2_400, 2_400));
    Users worse = new Users(counts(40, 70), counts(2_400, 2_400));
    Users clear = new Users(counts(90, 40), counts(2_400, 2_400));
    RateTest better = RateTest.regression(0.5, 0);
    double threshold = -Math.log(ALPHA);
    Judge.Judged first = judge.judge(at(0, BUYS, half), JudgeState.begin());
    Judge.Judged bad = judge.judge(at(0, BUYS, worse), JudgeState.begin());

    assertThat(better.logE(counts(70, 40))).isLessThan(threshold);
    assertThat(better.logE(counts(140, 80))).isGreaterThan(threshold);
    assertThat(first.verdict().action()).isEqualTo(Action.GO_ON);
    assertThat(judge.judge(at(1, BUYS, half), first.state()).verdict().action())
        .isEqualTo(Action.PROMOTE);
    assertThat(judge.judge(at(1, BUYS, clear), JudgeState.begin()).verdict().action())
        .isEqualTo(Action.PROMOTE);
    assertThat(judge.judge(at(1, BUYS, clear), bad.state()).verdict().action())
        .isEqualTo(Action.GO_ON);
  }

  /** An extension is of the same stage; the next stage is asked of its own users. */
  @Test
  void counted_goesOnInAnExtensionAndBeginsAnewInAStage() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    JudgeState first = judge.judge(at(0, ERRORS, FIRST), JudgeState.begin()).state();
    JudgeState renewed = judge.judge(at(1, ERRORS, Users.NONE), first).state();
    JudgeState extended = judge.judge(at(1, 1, 1, ERRORS, SECOND), renewed).state();
    JudgeState again = judge.judge(at(1, 1, 4, ERRORS, SECOND), extended).state();
    JudgeState next = judge.judge(at(2, 1, 4, ERRORS, SECOND), again).state();
    JudgeState nextAnew = judge.judge(at(2, 1, 5, ERRORS, FIRST), again).state();

    assertThat(counted(renewed)).isEqualTo(new Counted(FIRST, Users.NONE));
    assertThat(counted(extended)).isEqualTo(new Counted(FIRST, SECOND));
    assertThat(counted(again))
        .as("of generations nobody looked at")
        .isEqualTo(new Counted(BOTH, SECOND));
    assertThat(counted(next)).isEqualTo(new Counted(Users.NONE, SECOND));
    assertThat(counted(nextAnew)).isEqualTo(new Counted(Users.NONE, FIRST));
  }

  /** Another controller asks of the same users, and writes down what is new alone. */
  @Test
  void counted_isTheSameWhenRead() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    JudgeState first = judge.judge(at(0, ERRORS, FIRST), JudgeState.begin()).state();
    JudgeState later = judge.judge(at(0, ERRORS, SECOND), first).state();
    JudgeState both = judge.judge(at(1, ERRORS, SECOND), read(first)).state();

    assertThat(read(first)).isEqualTo(first);
    assertThat(read(both)).isEqualTo(both);
    assertThat(counted(both)).isEqualTo(new Counted(FIRST, SECOND));
    assertThat(later.sameKept(first)).as("a look that is lost has moved nothing").isTrue();
    assertThat(both.sameKept(first)).isFalse();
  }

  /** As a server wrote it that asked of each generation by itself. */
  @Test
  void state_thatCountedNobody_beginsWithTheGenerationThatHolds() {
    Judge judge = judge(Promotion.NON_INFERIOR, ERRORS);
    JudgeState first = judge.judge(at(0, ERRORS, FIRST), JudgeState.begin()).state();
    Map<String, MetricState> metrics = new HashMap<>(first.metrics());
    metrics.replaceAll((id, kept) -> kept.with(Counted.NONE));
    JudgeState old =
        new JudgeState(
            first.stage(), first.extension(), first.generation(), first.ratio(), metrics);

    assertThat(JudgeStateCodec.encode(old)).hasSizeLessThan(JudgeStateCodec.encode(first).length);
    assertThat(counted(judge.judge(at(1, ERRORS, SECOND), read(old)).state()))
        .isEqualTo(new Counted(Users.NONE, SECOND));
    assertThat(counted(judge.judge(at(0, ERRORS, FIRST), read(old)).state()))
        .isEqualTo(counted(first));
  }

  /**
   * Exactly at a margin of five times the control's share, without an absolute one: twenty
   * generations, a look after every six users with the event. Asked of each generation by itself,
   * far more stages pass.
   */
  @Test
  void stages_ofManyGenerationsAtTheMargin_arePromotedAtMostAsStated() {
    int runs = 2_000;
    SplittableRandom random = new SplittableRandom(34);
    JudgedMetric wide = metric("errors", Role.GUARDRAIL, Kind.EVENT, 1, 4);
    Judge judge =
        judge(
            Promotion.NON_INFERIOR,
            new JudgedMetric(wide.plan(), wide.kind(), wide.better(), 0, wide.document()));
    int promoted = 0;
    for (int run = 0; run < runs; run++) {
      promoted += isPromoted(judge, random) ? 1 : 0;
    }
    assertThat(promoted / (double) runs)
        .isLessThanOrEqualTo(ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / runs));
  }

  private static boolean isPromoted(Judge judge, SplittableRandom random) {
    JudgeState state = JudgeState.begin();
    for (int generation = 0; generation < 20; generation++) {
      Users users = Users.NONE;
      for (int look = 0; look < 5; look++) {
        users = more(users, random);
        Judge.Judged judged = judge.judge(at(generation, ERRORS, users), state);
        state = judged.state();
        if (judged.verdict().action() == Action.PROMOTE) {
          return true;
        }
      }
    }
    return false;
  }

  /** Six of many users have the event, each of the treatment five times as likely. */
  private static Users more(Users users, SplittableRandom random) {
    long treatment = 0;
    for (int i = 0; i < 6; i++) {
      treatment += random.nextInt(6) < 5 ? 1 : 0;
    }
    ArmCounts withEvent = counts(treatment, 6 - treatment);
    return new Users(users.withEvent().plus(withEvent), users.exposed().plus(counts(6_000, 6_000)));
  }

  private static Judge judge(Promotion promotion, JudgedMetric metric) {
    return Plans.judge(ramp(promotion), List.of(metric));
  }

  private static NonInferiority.Shown look(Users users) {
    return new NonInferiority(0.5, 1, OptionalDouble.of(0.001), ALPHA, NonInferiority.USUAL_USERS)
        .look(users.withEvent(), users.exposed());
  }

  private static NonInferiority.Shown shown(Judge.Judged judged) {
    return judged.verdict().readings().getFirst().within().orElseThrow().users();
  }

  private static Counted counted(JudgeState state) {
    return state.metrics().values().iterator().next().counted();
  }

  private static JudgeState read(JudgeState state) {
    return JudgeStateCodec.decode(JudgeStateCodec.encode(state));
  }

  private static RunEvidence at(int generation, JudgedMetric metric, Users users) {
    return at(1, 0, generation, metric, users);
  }

  /** At the end of the stage's dwell. */
  private static RunEvidence at(
      int stage, int extension, int generation, JudgedMetric metric, Users users) {
    Events events =
        new Events(
            new RunProcess(List.of(new RunProcess.Part(0.5, users.withEvent()))),
            users.exposed(),
            users.withEvent(),
            users.exposed(),
            OptionalDouble.empty(),
            Optional.empty());
    return new RunEvidence(
        stage,
        extension,
        generation,
        DWELL,
        DWELL,
        DWELL,
        data(Duration.ZERO, Plans.EXPOSED, 0.5),
        List.of(),
        Map.of(metric.plan().metric(), events));
  }
}
