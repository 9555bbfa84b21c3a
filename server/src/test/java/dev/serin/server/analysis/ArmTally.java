package dev.serin.server.analysis;

import java.math.BigDecimal;

/** One arm as the outcomes come in: the aggregates that the statistics are given. */
final class ArmTally {
  static final int BUCKETS = 128;

  private final long[] outcomes = new long[BUCKETS];
  private final double[] sums = new double[BUCKETS];
  private long users;
  private double squares;

  /** The bucket of a user: the same in every arm and stage. */
  static int bucket(long user) {
    long mixed = (user ^ (user >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return (int) ((mixed ^ (mixed >>> 33)) & (BUCKETS - 1));
  }

  void exposed() {
    users++;
  }

  void add(long user, double value) {
    int bucket = bucket(user);
    outcomes[bucket]++;
    sums[bucket] += value;
    squares += value * value;
  }

  void merge(ArmTally other) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      outcomes[bucket] += other.outcomes[bucket];
      sums[bucket] += other.sums[bucket];
    }
    users += other.users;
    squares += other.squares;
  }

  UserBuckets buckets() {
    return UserBuckets.ofMeans(users, outcomes, sums);
  }

  Moments moments() {
    long count = 0;
    double sum = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      count += outcomes[bucket];
      sum += sums[bucket];
    }
    return Moments.ofSums(count, new BigDecimal(sum), new BigDecimal(squares), -1e9, 1e9);
  }
}
