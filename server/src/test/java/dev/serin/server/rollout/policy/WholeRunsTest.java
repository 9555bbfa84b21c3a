package dev.serin.server.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.Verdict.Action;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whole runs through the judge: statistics.md C3 (viii). Fixed seeds; three standard errors. */
class WholeRunsTest {
  private static final double ALPHA = 0.01;
  private static final Duration TICK = Duration.ofSeconds(60);
  private static final int TICKS = 20;
  private static final ArmCounts EXPOSED = new ArmCounts(20_000, 20_000);

  /** Five guardrails without margin; the same users err in every stage, at other times. */
  @Test
  void runs_whereNothingIsWorse_areRolledBackAtMostAsStated() {
    int runs = 2000;
    SplittableRandom random = new SplittableRandom(31);
    List<JudgedMetric> metrics = guardrails();
    Judge judge = Plans.judge(Plans.ramp(Promotion.NO_REGRESSION), metrics);
    int rolledBack = 0;
    for (int run = 0; run < runs; run++) {
      rolledBack += isRolledBack(judge, metrics, random, 1, 0) ? 1 : 0;
    }
    assertThat(rolledBack / (double) runs).isLessThanOrEqualTo(most(runs));
  }

  /** A regression of one metric that begins in the middle of the stage of a quarter. */
  @Test
  void runs_withALateRegression_areRolledBack() {
    int runs = 200;
    SplittableRandom random = new SplittableRandom(32);
    List<JudgedMetric> metrics = guardrails();
    Judge judge = Plans.judge(Plans.ramp(Promotion.NO_REGRESSION), metrics);
    int rolledBack = 0;
    for (int run = 0; run < runs; run++) {
      rolledBack += isRolledBack(judge, metrics, random, 10, TICKS + TICKS / 2) ? 1 : 0;
    }
    assertThat(rolledBack).isGreaterThan(runs * 95 / 100);
  }

  private static List<JudgedMetric> guardrails() {
    return IntStream.range(0, 5)
        .mapToObj(i -> Plans.metric("metric-" + i, Role.GUARDRAIL, Kind.EVENT, 0.2, 0))
        .toList();
  }

  private static boolean isRolledBack(
      Judge judge, List<JudgedMetric> metrics, SplittableRandom random, int times, int onset) {
    double[] shares = {0.05, 0.25, 0.5};
    List<Errers> errers =
        metrics.stream()
            .map(metric -> new Errers(random, metric.equals(metrics.getFirst()) ? times : 1, onset))
            .toList();
    JudgeState state = JudgeState.begin();
    for (int stage = 1; stage <= shares.length; stage++) {
      for (Errers one : errers) {
        one.enter(shares[stage - 1]);
      }
      for (int tick = 1; tick <= TICKS; tick++) {
        Map<String, MetricEvidence> seen = new HashMap<>();
        for (int i = 0; i < errers.size(); i++) {
          errers.get(i).tick();
          seen.put("metric-" + i, errers.get(i).evidence());
        }
        Duration time = TICK.multipliedBy(tick);
        Judge.Judged judged =
            judge.judge(
                Plans.evidence(stage, 0, time, Plans.data(Duration.ZERO, EXPOSED, 0.5), seen),
                state);
        state = judged.state();
        if (judged.verdict().action() == Action.ROLL_BACK) {
          return true;
        }
      }
    }
    return false;
  }

  /** Users who err in nearly every stage they are in, sooner or later. */
  private static final class Errers {
    private static final int USERS = 40;
    private static final double CHANCE = 0.1;

    private final SplittableRandom random;
    private final double[] draws;
    private final boolean[] inRun;
    private final boolean[] inStage;
    private final int often;
    private final int onset;
    private double share;
    private int ticks;
    private ArmCounts run = ArmCounts.NONE;
    private ArmCounts stage = ArmCounts.NONE;

    /**
     * The first {@link #USERS} err in either arm; {@code often - 1} times as many more do so in the
     * treatment, from a tick of the run on.
     */
    private Errers(SplittableRandom random, int often, int onset) {
      this.random = random;
      this.often = often;
      this.onset = onset;
      this.draws = random.doubles((long) USERS * often).toArray();
      this.inRun = new boolean[draws.length];
      this.inStage = new boolean[draws.length];
    }

    private void enter(double share) {
      this.share = share;
      this.stage = ArmCounts.NONE;
      Arrays.fill(inStage, false);
    }

    private void tick() {
      ticks++;
      int users = often > 1 && ticks > onset ? draws.length : USERS;
      for (int user = 0; user < users; user++) {
        boolean treated = draws[user] < share;
        boolean exposed = treated || (user < USERS && draws[user] >= 1 - share);
        if (exposed && !inStage[user] && random.nextDouble() < CHANCE) {
          ArmCounts one = treated ? new ArmCounts(1, 0) : new ArmCounts(0, 1);
          inStage[user] = true;
          stage = stage.plus(one);
          run = inRun[user] ? run : run.plus(one);
          inRun[user] = true;
        }
      }
    }

    private Events evidence() {
      return new Events(
          new RunProcess(List.of(new RunProcess.Part(0.5, run))),
          EXPOSED,
          stage,
          EXPOSED,
          OptionalDouble.empty(),
          Optional.empty());
    }
  }

  /** Decision 5: worse by exactly the relative margin, far beyond the absolute one. */
  @Test
  void stages_ofARegressionAtTheMargin_arePromotedAtMostAsStated() {
    int runs = 1000;
    SplittableRandom random = new SplittableRandom(33);
    StagePlan stage = Plans.stage(25, Promotion.NON_INFERIOR);
    Judge judge =
        Plans.judge(
            List.of(stage, Plans.stage(100, Promotion.NO_REGRESSION)),
            List.of(Plans.metric("errors", Role.GUARDRAIL, Kind.EVENT, 1, 0.25)));
    int promoted = 0;
    for (int run = 0; run < runs; run++) {
      promoted += isPromoted(judge, random) ? 1 : 0;
    }
    assertThat(promoted / (double) runs).isLessThanOrEqualTo(most(runs));
  }

  private static boolean isPromoted(Judge judge, SplittableRandom random) {
    ArmCounts users = ArmCounts.NONE;
    ArmCounts exposed = ArmCounts.NONE;
    JudgeState state = JudgeState.begin();
    for (int look = 1; look <= 12; look++) {
      exposed = exposed.plus(new ArmCounts(1_000, 1_000));
      users = users.plus(new ArmCounts(hits(random, 0.02), hits(random, 0.016)));
      Events events =
          new Events(
              new RunProcess(List.of(new RunProcess.Part(0.5, users))),
              exposed,
              users,
              exposed,
              OptionalDouble.empty(),
              Optional.empty());
      Duration time = Duration.ofMinutes(30).plus(TICK.multipliedBy(look));
      Judge.Judged judged =
          judge.judge(
              Plans.evidence(
                  1, 0, time, Plans.data(Duration.ZERO, exposed, 0.5), Map.of("errors", events)),
              state);
      state = judged.state();
      if (judged.verdict().action() == Action.PROMOTE) {
        return true;
      }
    }
    return false;
  }

  private static int hits(SplittableRandom random, double rate) {
    int hits = 0;
    for (int user = 0; user < 1_000; user++) {
      hits += random.nextDouble() < rate ? 1 : 0;
    }
    return hits;
  }

  private static double most(int runs) {
    return ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / runs);
  }
}
