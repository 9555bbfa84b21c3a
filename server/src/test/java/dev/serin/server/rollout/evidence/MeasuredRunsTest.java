package dev.serin.server.rollout.evidence;

import static dev.serin.server.rollout.evidence.CountedRun.judged;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whole runs of a mean and a quantile, looked at again and again: users who differ for good and
 * come again in each stage, each with several values, while the base falls and traffic grows.
 */
class MeasuredRunsTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: canary, kind: canary, share: 10}
          - {name: quarter, kind: expand, share: 25}
          - {name: half, kind: expand, share: 50}
          - {name: full, kind: full, share: 100}
          guardrails: [{metric: mean, margin: 0}, {metric: tail, margin: 0, quantile: 0.9}]
          """);
  private static final List<JudgedMetric> METRICS =
      List.of(
          judged(PLAN.metrics().get(0), Kind.MEAN), judged(PLAN.metrics().get(1), Kind.QUANTILE));

  private static final UnitNumbering NUMBERING = new UnitNumbering();

  /** Of each metric in the run; the quantile's three stages have equal parts of it. */
  private static final double ALPHA = .05;

  private static final double OF_STAGE = ALPHA / 3;
  private static final int[] USERS = {400, 1_000, 2_000};
  private static final double[] BASES = {100, 70, 50};
  private static final int LOOKS = 8;
  private static final int BUCKETS = 128;

  /** One arm in one stage, filled user by user. */
  private static final class Filled {
    private final long[] outcomes = new long[BUCKETS];
    private final double[] sums = new double[BUCKETS];
    private final long[] bins = new long[1_024];
    private int users;

    void add(SplittableRandom random, int bucket, double size) {
      users++;
      for (int i = random.nextInt(4); i >= 0; i--) {
        double value = size * (.5 + random.nextDouble());
        outcomes[bucket]++;
        sums[bucket] += value;
        bins[LogBins.binOf(FixedPoint.toSteps(value))]++;
      }
    }

    MetricCounts.Arm arm() {
      return new MetricCounts.Arm(
          UserBuckets.ofMeans(users, outcomes, sums), Optional.of(BinCounts.of(bins)));
    }
  }

  private record Alarms(boolean mean, boolean tail) {}

  private static Alarms run(SplittableRandom random, double slower) {
    RunMetrics metrics =
        RunMetrics.of(PLAN, METRICS, metric -> metric.kind() == Kind.QUANTILE ? OF_STAGE : ALPHA);
    int most = USERS[USERS.length - 1];
    double[][] sizes = new double[2][most];
    int[][] buckets = new int[2][most];
    for (int arm = 0; arm < 2; arm++) {
      Arrays.setAll(sizes[arm], user -> Math.exp(random.nextGaussian() / 2));
      Arrays.setAll(buckets[arm], user -> random.nextInt(BUCKETS));
    }
    boolean mean = false;
    boolean tail = false;
    List<MetricCounts.Stage> past = new ArrayList<>();
    for (int stage = 1; stage <= USERS.length; stage++) {
      Filled control = new Filled();
      Filled treatment = new Filled();
      int users = USERS[stage - 1];
      int before = stage == 1 ? 0 : USERS[stage - 2];
      for (int look = 1; look <= LOOKS; look++) {
        for (int user = users * (look - 1) / LOOKS; user < users * look / LOOKS; user++) {
          double base = BASES[stage - 1];
          control.add(random, buckets[0][user], base * sizes[0][user]);
          treatment.add(random, buckets[1][user], base * slower * sizes[1][user]);
        }
        List<MetricCounts.Stage> stages = new ArrayList<>(past);
        stages.add(new MetricCounts.Stage(stage, control.arm(), treatment.arm()));
        int distinct = Math.max(before, users * look / LOOKS);
        MetricCounts counts =
            new MetricCounts(
                new MetricCounts.Stamp(stage, NUMBERING, look),
                stages,
                new ArmCounts(distinct, distinct),
                Optional.empty());
        Map<String, MetricEvidence> seen =
            metrics.look(stage, Map.of("mean", counts, "tail", counts));
        mean |= shows(seen, "mean", ALPHA);
        tail |= shows(seen, "tail", OF_STAGE);
      }
      past.add(new MetricCounts.Stage(stage, control.arm(), treatment.arm()));
    }
    return new Alarms(mean, tail);
  }

  private static boolean shows(Map<String, MetricEvidence> seen, String metric, double share) {
    MetricEvidence evidence = Objects.requireNonNull(seen.get(metric));
    return ((Measured) evidence).logRegression() >= -Math.log(share);
  }

  @Test
  void runs_withoutAnyEffect_alarmInAtMostOneOfTwenty() {
    int runs = 2_000;
    int mean = 0;
    int tail = 0;
    for (int i = 0; i < runs; i++) {
      Alarms seen = run(new SplittableRandom(20_261_122 + i), 1);
      mean += seen.mean() ? 1 : 0;
      tail += seen.tail() ? 1 : 0;
    }
    double most = ALPHA + 3 * Math.sqrt(ALPHA * (1 - ALPHA) / runs);
    assertThat(mean / (double) runs).isLessThanOrEqualTo(most);
    assertThat(tail / (double) runs).isLessThanOrEqualTo(most);
  }

  @Test
  void runs_slowerByAThird_areFound() {
    int runs = 40;
    int mean = 0;
    int tail = 0;
    for (int i = 0; i < runs; i++) {
      Alarms seen = run(new SplittableRandom(20_271_122 + i), 4 / 3.);
      mean += seen.mean() ? 1 : 0;
      tail += seen.tail() ? 1 : 0;
    }
    assertThat(mean).isEqualTo(runs);
    assertThat(tail).isGreaterThan(runs * 9 / 10);
  }
}
