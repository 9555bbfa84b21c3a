package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.UserBuckets;

/** One arm of a simulated stage, as the aggregates keep it. */
final class SimulatedArm {
  static final int BUCKETS = 128;

  private final long[] outcomes = new long[BUCKETS];
  private final double[] numerators = new double[BUCKETS];
  private long users;

  void exposed() {
    users++;
  }

  long users() {
    return users;
  }

  /** An outcome of a user, who is always in the same bucket. */
  void add(int bucket, double value) {
    outcomes[bucket]++;
    numerators[bucket] += value;
  }

  void merge(SimulatedArm other) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      outcomes[bucket] += other.outcomes[bucket];
      numerators[bucket] += other.numerators[bucket];
    }
    users += other.users;
  }

  UserBuckets buckets() {
    return UserBuckets.ofMeans(users, outcomes, numerators);
  }

  double outcomes() {
    double sum = 0;
    for (long number : outcomes) {
      sum += number;
    }
    return sum;
  }

  double sum() {
    double sum = 0;
    for (double number : numerators) {
      sum += number;
    }
    return sum;
  }
}
