package dev.serin.server.analysis.quantile;

import dev.serin.server.analysis.UserBuckets;

/**
 * One arm's values of one stage.
 *
 * @param bins how many there are in each bin
 * @param designEffect how many values of the arm say as much as one independent value: 1 where each
 *     user gives one value, drawn by chance; 1 or more, finite
 */
public record QuantileArm(BinCounts bins, double designEffect) {
  /**
   * Checks the design effect.
   *
   * @throws IllegalArgumentException where it is outside its range
   */
  public QuantileArm {
    if (!(designEffect >= 1 && designEffect < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "design effect: " + designEffect + " (expected: 1 or more, finite)");
    }
  }

  /**
   * An arm whose users give many values each, as if all values of a user were on the same side of
   * every quantile: the most that their likeness can cost, whatever the quantile and the values.
   *
   * <p>The share of values below a point is then an average over users weighted by their numbers of
   * values, whose variance is that of independent values times E[k²] / E[k], k being a user's
   * number. Over B user buckets the numbers of values are compound Poisson sums, so that their
   * variance by their mean estimates just that. Its own coefficient of variation is about √(2 / (B
   * - 1)). Source: Kish, "Survey Sampling" (1965), on design effects; the moments of compound
   * Poisson sums.
   *
   * @param buckets the same values by user buckets, a mean ({@link UserBuckets#ofMeans})
   */
  public static QuantileArm ofUsers(BinCounts bins, UserBuckets buckets) {
    double mean = 0;
    for (int bucket = 0; bucket < buckets.buckets(); bucket++) {
      mean += buckets.denominator(bucket) / buckets.buckets();
    }
    double squares = 0;
    for (int bucket = 0; bucket < buckets.buckets(); bucket++) {
      double off = buckets.denominator(bucket) - mean;
      squares += off * off;
    }
    double dispersion = mean == 0 ? 1 : squares / (buckets.buckets() - 1) / mean;
    return new QuantileArm(bins, Math.max(1, dispersion));
  }

  /** Values, in numbers of independent ones. */
  double weight() {
    return bins.total() / designEffect;
  }
}
