package dev.serin.server.analysis;

import java.util.BitSet;
import java.util.List;

/**
 * The bucketed jackknife of one arm: what the arm shows, and how that moves when one bucket of
 * users is left out.
 *
 * <p>θ = Σ x / Σ y over all buckets, θ₍₋b₎ the same without bucket b, its variance is (B - 1) / B
 * times the sum of (θ₍₋b₎ - mean)², the mean being theirs. Source: Chamandy, Muralidharan, Najmi,
 * Naidu, "Estimating uncertainty for massive data streams" (Google, 2012). Assumes that users are
 * independent and fall into buckets by chance; outcomes of one user may depend on each other in any
 * way.
 *
 * <p>A bucket without outcomes moves nothing by being left out; it belongs to B, but it is no
 * evidence, so that degrees of freedom count filled buckets only. With all filled they are B - 1.
 */
final class BucketJackknife {
  /** Share of the estimate below which a difference is rounding of the sums in doubles. */
  private static final double RESOLUTION = 1e-13;

  private final double estimate;

  /** θ₍₋b₎ - θ: kept as differences, which θ₍₋b₎ themselves would round away. */
  private final double[] shifts;

  private final BitSet filled;

  private BucketJackknife(double estimate, double[] shifts, BitSet filled) {
    this.estimate = estimate;
    this.shifts = shifts;
    this.filled = filled;
  }

  /**
   * One arm of one stage.
   *
   * @param name of the arm, for the reason of an absence
   */
  static Figure<BucketJackknife> of(String name, UserBuckets arm) {
    BitSet filled = new BitSet();
    double x = 0;
    double y = 0;
    for (int bucket = 0; bucket < arm.buckets(); bucket++) {
      filled.set(bucket, arm.isFilled(bucket));
      x += arm.numerator(bucket);
      y += arm.denominator(bucket);
    }
    if (filled.isEmpty()) {
      return new Figure.Absent<>(Absence.NO_OUTCOMES, name + " outcomes: 0 (expected: 1 or more)");
    }
    if (filled.cardinality() == 1) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_USER_BUCKETS,
          name + " user buckets with outcomes: 1 (expected: 2 or more)");
    }
    double[] shifts = new double[arm.buckets()];
    for (int bucket = 0; bucket < shifts.length; bucket++) {
      double without = y - arm.denominator(bucket);
      if (!(without > 0 && y > 0)) {
        return new Figure.Absent<>(
            Absence.DENOMINATOR_NOT_POSITIVE,
            "%s denominators: %s, without user bucket %s %s (expected: above 0)"
                .formatted(name, y, bucket, without));
      }
      // (x - x_b) / (y - y_b) - x / y, put so that nothing cancels.
      shifts[bucket] = (x / y * arm.denominator(bucket) - arm.numerator(bucket)) / without;
    }
    return Figure.ofFinite(name + " estimate", new BucketJackknife(x / y, shifts, filled), x / y);
  }

  /**
   * The same arm over several stages by fixed weights. Bucket b is left out of all of them at once:
   * the same users are in several stages, whose variances must not be summed.
   *
   * @param stages at least one, of equally many buckets
   * @param weights one for each, which sum to 1
   */
  static BucketJackknife weighted(List<BucketJackknife> stages, List<Double> weights) {
    double estimate = 0;
    double[] shifts = new double[stages.getFirst().shifts.length];
    BitSet filled = new BitSet();
    for (int i = 0; i < stages.size(); i++) {
      BucketJackknife stage = stages.get(i);
      double weight = weights.get(i);
      estimate += weight * stage.estimate;
      for (int bucket = 0; bucket < shifts.length; bucket++) {
        shifts[bucket] += weight * stage.shifts[bucket];
      }
      filled.or(stage.filled);
    }
    return new BucketJackknife(estimate, shifts, filled);
  }

  /** What the arm shows: mean, ratio or share. */
  double estimate() {
    return estimate;
  }

  /** Squared standard error of the estimate, 0 or more. */
  double variance() {
    double buckets = shifts.length;
    double mean = 0;
    for (double shift : shifts) {
      mean += shift / buckets;
    }
    double squares = 0;
    for (double shift : shifts) {
      squares += (shift - mean) * (shift - mean);
    }
    return (buckets - 1) / buckets * squares;
  }

  /** Filled buckets less one; 1 or more. */
  int degreesOfFreedom() {
    return filled.cardinality() - 1;
  }

  /** A standard error, absent where it is nothing but rounding beside these estimates. */
  static Figure<Double> standardError(double variance, double... estimates) {
    double largest = 0;
    for (double estimate : estimates) {
      largest = Math.max(largest, Math.abs(estimate));
    }
    double standardError = Math.sqrt(variance);
    if (standardError <= RESOLUTION * largest) {
      return new Figure.Absent<>(
          Absence.NO_VARIANCE, "variance between user buckets: 0 (expected: above 0)");
    }
    return Figure.ofFinite("standard error", standardError);
  }
}
