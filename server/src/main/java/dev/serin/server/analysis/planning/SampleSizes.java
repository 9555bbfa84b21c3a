package dev.serin.server.analysis.planning;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Users that a two-sided test of a single look needs: of the first arm, the second having {@code
 * ratio} times as many. They are what an always-valid judgement is to be compared with.
 *
 * <p>Means with a known deviation: the n at which Φ(δ - z) + Φ(-δ - z) is the power, δ = d √(n
 * ratio / (1 + ratio)), z the quantile of 1 - α/2; with estimated ones the same of the noncentral t
 * with n (1 + ratio) - 2 degrees of freedom. Shares: the difference of arcsines, 2 asin √p, as d;
 * or with the pooled deviation under equality, in closed form. Source: Cohen, "Statistical power
 * analysis" (1988), chapters 2 and 6; Fleiss, Levin, Paik, "Statistical methods for rates and
 * proportions" (2003), section 4.2. Assumes independent users, n users and not requests.
 *
 * @param alpha two-sided, above 0 and below 1
 * @param power above alpha and below 1
 */
public record SampleSizes(double alpha, double power) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Steps of the integral over the estimated deviation. */
  private static final int STEPS = 400;

  /** Standard deviations of it to either side, beyond which nothing is left in a double. */
  private static final double REACH = 9;

  /** The most users that are looked for. */
  private static final double MOST = 1e15;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range
   */
  public SampleSizes {
    if (!(alpha > 0 && alpha < 1) || !(power > alpha && power < 1)) {
      throw new IllegalArgumentException(
          "alpha, power: %s, %s (expected: 0 < alpha < power < 1)".formatted(alpha, power));
    }
  }

  private double quantile() {
    return NORMAL.inverseSurvivalProbability(alpha / 2);
  }

  private static double weight(double ratio) {
    if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("ratio: " + ratio + " (expected: above 0, finite)");
    }
    return ratio / (1 + ratio);
  }

  /**
   * For means with a known standard deviation.
   *
   * @param effect difference in standard deviations, other than 0
   * @param ratio users of the second arm for each of the first, above 0
   */
  public double ofMeans(double effect, double ratio) {
    double weight = weight(ratio);
    double z = quantile();
    return solve(
        2,
        n -> {
          double shift = Math.abs(effect) * Math.sqrt(n * weight);
          return NORMAL.cumulativeProbability(shift - z) + NORMAL.cumulativeProbability(-shift - z);
        });
  }

  /** For means with an estimated standard deviation, by Student's t; as {@link #ofMeans}. */
  public double ofMeansByStudent(double effect, double ratio) {
    double weight = weight(ratio);
    return solve(
        2 / (1 + ratio) + 1e-9,
        n -> {
          double freedom = n * (1 + ratio) - 2;
          double t = TDistribution.of(freedom).inverseSurvivalProbability(alpha / 2);
          double shift = Math.abs(effect) * Math.sqrt(n * weight);
          return noncentralAbove(t, freedom, shift) + noncentralAbove(t, freedom, -shift);
        });
  }

  /**
   * P((Z + shift) / S > t), S the estimated deviation: Φ(shift - t s) averaged over s = √(χ²/f), by
   * Simpson's rule over u = ln s, whose density is 2 (f/2)^(f/2) / Γ(f/2) exp(f (u - e^(2u) / 2)).
   */
  private static double noncentralAbove(double t, double freedom, double shift) {
    double width = REACH / Math.sqrt(2 * freedom) * (1 + 8 / freedom);
    double sum = 0;
    double total = 0;
    for (int i = 0; i <= STEPS; i++) {
      double u = width * (2.0 * i / STEPS - 1);
      double factor = i == 0 || i == STEPS ? 1 : i % 2 == 0 ? 2 : 4;
      double density = factor * Math.exp(freedom * (u - 0.5 * Math.expm1(2 * u)));
      total += density;
      sum += density * NORMAL.cumulativeProbability(shift - t * Math.exp(u));
    }
    return sum / total;
  }

  /**
   * For shares of users, by the difference of arcsines.
   *
   * @param first share of the first arm, 0 to 1
   * @param second share of the second, 0 to 1, another one
   * @param ratio users of the second arm for each of the first, above 0
   */
  public double ofSharesByArcsine(double first, double second, double ratio) {
    checkShares(first, second);
    return ofMeans(2 * Math.asin(Math.sqrt(second)) - 2 * Math.asin(Math.sqrt(first)), ratio);
  }

  /** For shares of users in arms of equal size, by the deviation pooled; as the one above. */
  public double ofSharesPooled(double first, double second) {
    checkShares(first, second);
    double mean = (first + second) / 2;
    double deviations =
        quantile() * Math.sqrt(2 * mean * (1 - mean))
            + NORMAL.inverseCumulativeProbability(power)
                * Math.sqrt(first * (1 - first) + second * (1 - second));
    return Math.pow(deviations / (second - first), 2);
  }

  private static void checkShares(double first, double second) {
    if (!(first >= 0 && first <= 1 && second >= 0 && second <= 1) || first == second) {
      throw new IllegalArgumentException(
          "shares: %s, %s (expected: 0 to 1, different)".formatted(first, second));
    }
  }

  private double solve(double least, DoubleUnaryOperator powerOf) {
    double low = least;
    double high = Math.max(4, 2 * least);
    while (powerOf.applyAsDouble(high) < power) {
      if (high > MOST) {
        throw new IllegalArgumentException("users: above " + MOST + " (expected: an effect)");
      }
      low = high;
      high *= 2;
    }
    for (int i = 0; i < 60 && high - low > 1e-13 * high; i++) {
      double middle = (low + high) / 2;
      if (powerOf.applyAsDouble(middle) < power) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
