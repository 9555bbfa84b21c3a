package dev.serin.server.analysis;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * One arm's outcomes of one metric in numbers that suffice for mean and variance.
 *
 * <p>Values are taken as they were counted: a metric's fixed cap (winsorising) was applied before.
 *
 * @param count outcomes, 0 or more
 * @param sum their sum, in the metric's measure; 0 without outcomes
 * @param squaredDeviations sum of squared deviations from their mean, 0 or more; exactly 0 for
 *     fewer than two outcomes
 * @param min the smallest; 0 without outcomes
 * @param max the largest; 0 without outcomes
 */
public record Moments(long count, double sum, double squaredDeviations, double min, double max) {
  /** No outcomes: an arm that is missing, or has reported nothing yet. */
  public static final Moments NONE = new Moments(0, 0, 0, 0, 0);

  /** Digits of the one division: more than twice what a double keeps. */
  private static final MathContext DIGITS = new MathContext(40);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where a number is outside its range or not finite
   */
  public Moments {
    if (count < 0) {
      throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
    }
    if (!Double.isFinite(sum) || (count == 0 && sum != 0)) {
      throw new IllegalArgumentException(
          "sum: " + sum + " of " + count + " outcomes (expected: finite, 0 without outcomes)");
    }
    if (!(squaredDeviations >= 0 && squaredDeviations <= Double.MAX_VALUE)
        || (count < 2 && squaredDeviations != 0)) {
      throw new IllegalArgumentException(
          "squaredDeviations: "
              + squaredDeviations
              + " of "
              + count
              + " outcomes (expected: finite, 0 or more, 0 for fewer than two)");
    }
    if (!Double.isFinite(min) || !Double.isFinite(max) || min > max) {
      throw new IllegalArgumentException(
          "min, max: " + min + ", " + max + " (expected: finite, min not above max)");
    }
    if (count == 0 && (min != 0 || max != 0)) {
      throw new IllegalArgumentException(
          "min, max: " + min + ", " + max + " (expected: 0 without outcomes)");
    }
  }

  /**
   * The moments behind exact sums. The squared deviations are {@code sumOfSquares - sum * sum /
   * count}, computed in decimal digits before they become a double: nothing is lost where a large
   * mean would cancel them.
   *
   * @param count outcomes, 0 or more
   * @param sum their exact sum
   * @param sumOfSquares the exact sum of their squares
   * @param min the smallest; 0 without outcomes
   * @param max the largest; 0 without outcomes
   * @throws IllegalArgumentException where no outcomes have these sums, or a number leaves the
   *     range of a double
   */
  public static Moments ofSums(
      long count, BigDecimal sum, BigDecimal sumOfSquares, double min, double max) {
    if (count <= 0) {
      return new Moments(count, sum.doubleValue(), sumOfSquares.doubleValue(), min, max);
    }
    BigDecimal n = BigDecimal.valueOf(count);
    BigDecimal deviations = n.multiply(sumOfSquares).subtract(sum.multiply(sum));
    return new Moments(
        count, sum.doubleValue(), deviations.divide(n, DIGITS).doubleValue(), min, max);
  }

  /** Mean, in the metric's measure; absent without outcomes. */
  public Figure<Double> mean() {
    return count == 0
        ? new Figure.Absent<>(Absence.NO_OUTCOMES, "outcomes: 0 (expected: 1 or more)")
        : new Figure.Known<>(center());
  }

  /** The mean where there is at least one outcome. */
  double center() {
    return sum / count;
  }

  /** Squared standard error of the mean were outcomes independent; needs at least two outcomes. */
  double squaredError() {
    return squaredDeviations / (count - 1) / count;
  }
}
