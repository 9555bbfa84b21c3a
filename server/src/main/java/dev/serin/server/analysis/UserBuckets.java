package dev.serin.server.analysis;

/**
 * One arm's outcomes of one metric, summed by buckets of users; what the arm shows is the sum of
 * the numerators by the sum of the denominators, whatever the kind of the metric.
 *
 * <p>A user is always in the same bucket, in every arm and stage alike, and buckets are drawn by a
 * hash with a salt of its own: drawn by the hash that assigns arms, one arm would fill a part of
 * them only. Serin keeps 128: a variance estimated from B buckets has a coefficient of variation of
 * about √(2 / (B - 1)), more where values are skewed.
 */
public final class UserBuckets {
  /** The fewest from which a variance can be estimated. */
  private static final int MIN_BUCKETS = 2;

  private final long users;
  private final long[] outcomes;
  private final double[] numerators;
  private final double[] denominators;

  private UserBuckets(long users, long[] outcomes, double[] numerators, double[] denominators) {
    if (users < 0) {
      throw new IllegalArgumentException("users: " + users + " (expected: 0 or more)");
    }
    int buckets = outcomes.length;
    if (buckets < MIN_BUCKETS || numerators.length != buckets || denominators.length != buckets) {
      throw new IllegalArgumentException(
          ("buckets: %s of outcomes, %s of numerators, %s of denominators"
                  + " (expected: %s or more, equal)")
              .formatted(buckets, numerators.length, denominators.length, MIN_BUCKETS));
    }
    for (int bucket = 0; bucket < buckets; bucket++) {
      check(bucket, outcomes[bucket], numerators[bucket], denominators[bucket]);
    }
    this.users = users;
    this.outcomes = outcomes;
    this.numerators = numerators;
    this.denominators = denominators;
  }

  private static void check(int bucket, long outcomes, double numerator, double denominator) {
    if (outcomes < 0) {
      throw new IllegalArgumentException(
          "outcomes of bucket " + bucket + ": " + outcomes + " (expected: 0 or more)");
    }
    boolean finite = Double.isFinite(numerator) && Double.isFinite(denominator);
    if (!finite || (outcomes == 0 && (numerator != 0 || denominator != 0))) {
      throw new IllegalArgumentException(
          "sums of bucket %s: %s, %s of %s outcomes (expected: finite, 0 without outcomes)"
              .formatted(bucket, numerator, denominator, outcomes));
    }
  }

  /**
   * A mean: the values' sum by the number of outcomes.
   *
   * @param users distinct users exposed, by whom stages are weighted; 0 or more
   * @param outcomes how many in each bucket, 0 or more
   * @param sums of their values in each bucket, in the metric's measure; 0 without outcomes
   * @throws IllegalArgumentException where a number is outside its range, lengths differ, or there
   *     are fewer than two buckets
   */
  public static UserBuckets ofMeans(long users, long[] outcomes, double[] sums) {
    return new UserBuckets(users, outcomes.clone(), sums.clone(), doubles(outcomes));
  }

  /**
   * A ratio: the numerators' sum by the denominators'.
   *
   * @param users distinct users exposed, by whom stages are weighted; 0 or more
   * @param outcomes how many in each bucket, 0 or more
   * @param numerators their sum in each bucket; 0 without outcomes
   * @param denominators their sum in each bucket; 0 without outcomes
   * @throws IllegalArgumentException as {@link #ofMeans}
   */
  public static UserBuckets ofRatios(
      long users, long[] outcomes, double[] numerators, double[] denominators) {
    return new UserBuckets(users, outcomes.clone(), numerators.clone(), denominators.clone());
  }

  /**
   * An event's share: users to whom it happened by users exposed. A user counts as one outcome.
   *
   * @param exposed distinct users exposed in each bucket, 0 or more
   * @param withEvent those of them with at least one event, in each bucket
   * @throws IllegalArgumentException as {@link #ofMeans}, and where events are below 0 or above the
   *     users exposed
   */
  public static UserBuckets ofEvents(long[] exposed, long[] withEvent) {
    long users = 0;
    for (int bucket = 0; bucket < Math.min(exposed.length, withEvent.length); bucket++) {
      users += new EventCounts(exposed[bucket], withEvent[bucket]).exposed();
    }
    return new UserBuckets(users, exposed.clone(), doubles(withEvent), doubles(exposed));
  }

  private static double[] doubles(long[] numbers) {
    double[] doubles = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      doubles[i] = numbers[i];
    }
    return doubles;
  }

  /** Distinct users exposed. */
  public long users() {
    return users;
  }

  /** How many buckets there are, empty ones included; 2 or more. */
  public int buckets() {
    return outcomes.length;
  }

  boolean isFilled(int bucket) {
    return outcomes[bucket] > 0;
  }

  public double numerator(int bucket) {
    return numerators[bucket];
  }

  public double denominator(int bucket) {
    return denominators[bucket];
  }
}
