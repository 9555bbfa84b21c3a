package dev.serin.server.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.Verdict.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs through the judge: statistics.md C3 (viii). Fixed seeds; three standard errors. */
class WholeRunsTest {
  private static final double ALPHA = 0.01;
  private static final Duration TICK = Duration.ofSeconds(60);
  private static final int TICKS = 20;
  private static final int RUNS = 2_000;

  /** Five guardrails without margin; the same users err in every stage, at other times. */
  @Test
  void runs_whereNothingIsWorse_areRolledBackAtMostAsStated() {
    assertThat(rolledBack(31, new Ramp(List.of(5, 25, 50), 120, 0.02)))
        .isLessThanOrEqualTo(most(RUNS));
  }

  /**
   * The same where the arms' share changes: from equal arms to four fifths against one. Half of
   * those who err have done so before, most of them in the remainder, which then falls to the
   * treatment.
   */
  @Test
  void runs_whereArmsChangeAndNothingIsWorse_areRolledBackAtMostAsStated() {
    assertThat(rolledBack(34, new Ramp(List.of(10, 80), 120, 0.035)))
        .isLessThanOrEqualTo(most(RUNS));
  }

  private static double rolledBack(long seed, Ramp ramp) {
    SplittableRandom random = new SplittableRandom(seed);
    List<JudgedMetric> metrics = guardrails();
    Judge judge = Plans.judge(ramp.stages(), metrics);
    int rolledBack = 0;
    for (int run = 0; run < RUNS; run++) {
      rolledBack += isRolledBack(judge, metrics, random, ramp, 1, 0) ? 1 : 0;
    }
    return rolledBack / (double) RUNS;
  }

  /** A regression of one metric that begins in the middle of the stage of a quarter. */
  @Test
  void runs_withALateRegression_areRolledBack() {
    SplittableRandom random = new SplittableRandom(32);
    List<JudgedMetric> metrics = guardrails();
    Ramp ramp = new Ramp(List.of(5, 25, 50), 40, 0.1);
    Judge judge = Plans.judge(ramp.stages(), metrics);
    int rolledBack = 0;
    for (int run = 0; run < RUNS; run++) {
      rolledBack += isRolledBack(judge, metrics, random, ramp, 10, TICKS + TICKS / 2) ? 1 : 0;
    }
    assertThat(rolledBack).isGreaterThan(RUNS * 95 / 100);
  }

  private static List<JudgedMetric> guardrails() {
    return IntStream.range(0, 5)
        .mapToObj(i -> Plans.metric("metric-" + i, Role.GUARDRAIL, Kind.EVENT, 0.2, 0))
        .toList();
  }

  /**
   * Stages, and who errs in them.
   *
   * @param percents of the stages with a control
   * @param users who err, whatever their arm
   * @param chance that one who has not erred in the stage does so by the next tick
   */
  private record Ramp(List<Integer> percents, int users, double chance) {
    Ramp {
      percents = List.copyOf(percents);
    }

    List<StagePlan> stages() {
      return Stream.concat(percents.stream(), Stream.of(100))
          .map(percent -> Plans.stage(percent, Promotion.NO_REGRESSION))
          .toList();
    }
  }

  private static boolean isRolledBack(
      Judge judge,
      List<JudgedMetric> metrics,
      SplittableRandom random,
      Ramp ramp,
      int times,
      int onset) {
    List<Errers> errers =
        metrics.stream()
            .map(metric -> metric.equals(metrics.getFirst()) ? times : 1)
            .map(often -> new Errers(random, ramp, often, onset))
            .toList();
    JudgeState state = JudgeState.begin();
    for (int stage = 1; stage <= ramp.percents().size(); stage++) {
      double share = ramp.percents().get(stage - 1) / 100.0;
      ArmCounts exposed = exposed(share);
      for (Errers one : errers) {
        one.enter(share);
      }
      for (int tick = 1; tick <= TICKS; tick++) {
        Map<String, MetricEvidence> seen = new HashMap<>();
        for (int i = 0; i < errers.size(); i++) {
          errers.get(i).tick();
          seen.put("metric-" + i, errers.get(i).evidence(exposed));
        }
        Duration time = TICK.multipliedBy(tick);
        Judge.Judged judged =
            judge.judge(
                Plans.evidence(
                    stage, 0, time, Plans.data(Duration.ZERO, exposed, ofArms(share)), seen),
                state);
        state = judged.state();
        if (judged.verdict().action() == Action.ROLL_BACK) {
          return true;
        }
      }
    }
    return false;
  }

  /** The treatment's share of both arms. */
  private static double ofArms(double share) {
    return Math.max(0.5, share);
  }

  private static ArmCounts exposed(double share) {
    long control = 20_000;
    return new ArmCounts(Math.round(control * ofArms(share) / (1 - ofArms(share))), control);
  }

  /** Users who err in nearly every stage they are in, sooner or later. */
  private static final class Errers {
    private final SplittableRandom random;
    private final Ramp ramp;
    private final double[] draws;
    private final boolean[] inRun;
    private final boolean[] inStage;
    private final int often;
    private final int onset;
    private final List<RunProcess.Part> past = new ArrayList<>();
    private double share;
    private int ticks;
    private ArmCounts run = ArmCounts.NONE;
    private ArmCounts stage = ArmCounts.NONE;

    /**
     * The ramp's users err wherever they are; {@code often - 1} times as many more do so in the
     * treatment, from a tick of the run on.
     */
    private Errers(SplittableRandom random, Ramp ramp, int often, int onset) {
      this.random = random;
      this.ramp = ramp;
      this.often = often;
      this.onset = onset;
      this.draws = random.doubles((long) ramp.users() * often).toArray();
      this.inRun = new boolean[draws.length];
      this.inStage = new boolean[draws.length];
    }

    private void enter(double next) {
      if (ticks > 0) {
        past.add(new RunProcess.Part(ofArms(share), run));
        run = ArmCounts.NONE;
      }
      share = next;
      stage = ArmCounts.NONE;
      Arrays.fill(inStage, false);
    }

    private void tick() {
      ticks++;
      int users = often > 1 && ticks > onset ? draws.length : ramp.users();
      for (int user = 0; user < users; user++) {
        boolean treated = draws[user] < share;
        boolean mayErr = treated || user < ramp.users();
        if (mayErr && !inStage[user] && random.nextDouble() < ramp.chance()) {
          inStage[user] = true;
          // Who errs in the remainder has erred, and is of neither arm.
          ArmCounts one =
              treated
                  ? new ArmCounts(1, 0)
                  : new ArmCounts(0, draws[user] >= Math.max(share, 1 - share) ? 1 : 0);
          stage = stage.plus(one);
          run = inRun[user] ? run : run.plus(one);
          inRun[user] = true;
        }
      }
    }

    private Events evidence(ArmCounts exposed) {
      List<RunProcess.Part> parts = new ArrayList<>(past);
      parts.add(new RunProcess.Part(ofArms(share), run));
      return new Events(
          new RunProcess(parts), exposed, stage, exposed, OptionalDouble.empty(), Optional.empty());
    }
  }

  /**
   * Decision 5: worse by exactly the relative margin and far beyond the absolute one, and worse by
   * exactly both.
   */
  @ParameterizedTest
  @CsvSource({"33, 0.012, 0.015, 12", "35, 0.004, 0.005, 20"})
  void stages_ofARegressionAtTheMargin_arePromotedAtMostAsStated(
      long seed, double control, double treatment, int looks) {
    SplittableRandom random = new SplittableRandom(seed);
    Judge judge = nonInferior();
    int promoted = 0;
    for (int run = 0; run < RUNS; run++) {
      promoted += isPromoted(judge, random, control, treatment, looks) ? 1 : 0;
    }
    assertThat(promoted / (double) RUNS).isLessThanOrEqualTo(most(RUNS));
  }

  /** One guardrail with margins of 25 % and .1 percentage points. */
  private static Judge nonInferior() {
    return Plans.judge(
        List.of(Plans.stage(25, Promotion.NON_INFERIOR), Plans.stage(100, Promotion.NO_REGRESSION)),
        List.of(Plans.metric("errors", Role.GUARDRAIL, Kind.EVENT, 1, 0.25)));
  }

  private static boolean isPromoted(
      Judge judge, SplittableRandom random, double control, double treatment, int looks) {
    ArmCounts users = ArmCounts.NONE;
    ArmCounts exposed = ArmCounts.NONE;
    JudgeState state = JudgeState.begin();
    for (int look = 1; look <= looks; look++) {
      exposed = exposed.plus(new ArmCounts(1_000, 1_000));
      users = users.plus(new ArmCounts(hits(random, treatment), hits(random, control)));
      Judge.Judged judged =
          judge.judge(evidence(look, users, exposed, OptionalDouble.empty()), state);
      state = judged.state();
      if (judged.verdict().action() == Action.PROMOTE) {
        return true;
      }
    }
    return false;
  }

  /** After the dwell, minute by minute. */
  private static RunEvidence evidence(
      int look, ArmCounts users, ArmCounts exposed, OptionalDouble requestsWorse) {
    Events events =
        new Events(
            new RunProcess(List.of(new RunProcess.Part(0.5, users))),
            exposed,
            users,
            exposed,
            requestsWorse,
            Optional.empty());
    return Plans.evidence(
        1,
        0,
        Plans.DWELL.plus(TICK.multipliedBy(look)),
        Plans.data(Duration.ZERO, exposed, 0.5),
        Map.of("errors", events));
  }

  private static int hits(SplittableRandom random, double rate) {
    int hits = 0;
    for (int user = 0; user < 1_000; user++) {
      hits += random.nextDouble() < rate ? 1 : 0;
    }
    return hits;
  }

  /**
   * Decision 5 where 2.5 % of users err: as many of the treatment as of the control, with five
   * errors for four. By users nearly every such release is within the margin; the rate by request,
   * which is then asked for too, is exactly at it.
   */
  @Test
  void stages_ofARateByRequestAtTheMargin_arePromotedAtMostAsStated() {
    SplittableRandom random = new SplittableRandom(36);
    Judge judge = nonInferior();
    int promoted = 0;
    int byUsers = 0;
    for (int run = 0; run < RUNS; run++) {
      RatesByRequest rates = new RatesByRequest(random);
      JudgeState state = JudgeState.begin();
      boolean isPromoted = false;
      for (int look = 1; look <= 12; look++) {
        rates.next();
        Judge.Judged judged = judge.judge(rates.evidence(look, rates.requestsWorse()), state);
        state = judged.state();
        isPromoted |= judged.verdict().action() == Action.PROMOTE;
      }
      Judge.Judged ofUsers =
          judge.judge(rates.evidence(12, OptionalDouble.of(0)), JudgeState.begin());
      promoted += isPromoted ? 1 : 0;
      byUsers += ofUsers.verdict().action() == Action.PROMOTE ? 1 : 0;
    }
    assertThat(promoted / (double) RUNS).isLessThanOrEqualTo(most(RUNS));
    assertThat(byUsers / (double) RUNS).as("by users alone").isGreaterThan(0.5);
  }

  /** Users of ten requests, of whom one in forty errs, once at least: 4 or 5 times on average. */
  private static final class RatesByRequest {
    private static final int BUCKETS = 128;
    private static final int USERS_OF_LOOK = 4_000;
    private static final double ERRING = 0.025;

    /** As the judge's evidence is made: the bound of a claim does not depend on its margin. */
    private static final MeanTest REQUESTS =
        MeanTest.of(Claim.nonInferiority(Direction.LOWER, new Margin.Relative(0)), 20_000, ALPHA);

    private final SplittableRandom random;
    private final long[][] requests = new long[2][BUCKETS];
    private final double[][] errors = new double[2][BUCKETS];
    private final long[] erring = new long[2];
    private long users;

    private RatesByRequest(SplittableRandom random) {
      this.random = random;
    }

    private void next() {
      users += USERS_OF_LOOK;
      for (int arm = 0; arm < 2; arm++) {
        for (int user = 0; user < USERS_OF_LOOK; user++) {
          int bucket = random.nextInt(BUCKETS);
          requests[arm][bucket] += 10;
          if (random.nextDouble() < ERRING) {
            erring[arm]++;
            errors[arm][bucket] += errors(arm == 0 ? 4 : 5);
          }
        }
      }
    }

    /** Geometric from 1 on. */
    private int errors(double mean) {
      return 1 + (int) (Math.log1p(-random.nextDouble()) / Math.log1p(-1 / mean));
    }

    private OptionalDouble requestsWorse() {
      RunMeans means =
          RunMeans.ofStage(
              UserBuckets.ofMeans(users, requests[0], errors[0]),
              UserBuckets.ofMeans(users, requests[1], errors[1]));
      return REQUESTS.of(means).then(MeanEvidence::bound)
              instanceof Figure.Known<Double>(Double more)
          ? OptionalDouble.of(more)
          : OptionalDouble.empty();
    }

    private RunEvidence evidence(int look, OptionalDouble requestsWorse) {
      return WholeRunsTest.evidence(
          look, new ArmCounts(erring[1], erring[0]), new ArmCounts(users, users), requestsWorse);
    }
  }

  private static double most(int runs) {
    return ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / runs);
  }
}
