package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.rollout.evidence.MetricCounts;
import java.util.Arrays;
import java.util.Optional;

/**
 * Outcomes of one arm in one stage as means and quantiles are tested by: by user bucket and by bin.
 * Above one half of the traffic the treatment's are those of as many users as the control has; the
 * surplus is in none. Grows while the stage runs; for one thread.
 */
final class Values {
  private final long[] outcomes = new long[Buckets.COUNT];
  private final double[][] sums;
  private final int events;

  /** Counts by bin, of values only; as long as the largest bin asks for. */
  private final long[][] bins;

  private long users;
  private long firstUsers;

  /** Nothing counted of a world's metrics. */
  Values(World world) {
    this.sums = new double[world.metrics()][Buckets.COUNT];
    this.events = world.events().size();
    this.bins = new long[world.values().size()][1];
  }

  /** Distinct users of the stage. */
  long users() {
    return users;
  }

  /** Distinct users who were in no earlier stage's. */
  long firstUsers() {
    return firstUsers;
  }

  void addUser(int newUsers, int newInRun) {
    users += newUsers;
    firstUsers += newInRun;
  }

  void addOutcome(int bucket) {
    outcomes[bucket]++;
  }

  void addEvent(int event, int bucket) {
    sums[event][bucket]++;
  }

  void addValue(int value, int bucket, double size) {
    sums[events + value][bucket] += size;
    int bin = LogBins.binOf(FixedPoint.toSteps(Math.min(size, FixedPoint.MAX_VALUE)));
    if (bin >= bins[value].length) {
      bins[value] = Arrays.copyOf(bins[value], bin + 1);
    }
    bins[value][bin]++;
  }

  /** A metric as its tests take it. */
  MetricCounts.Arm arm(int metric, boolean withBins) {
    return new MetricCounts.Arm(
        UserBuckets.ofMeans(users, outcomes, sums[metric]),
        withBins ? Optional.of(BinCounts.of(bins[metric - events])) : Optional.empty());
  }
}
