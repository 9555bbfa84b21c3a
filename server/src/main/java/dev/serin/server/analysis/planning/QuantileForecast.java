package dev.serin.server.analysis.planning;

import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.quantile.QuantileTest;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * When a test of a quantile comes to a decision, in users who arrive in both arms of equal size,
 * each with one lognormal value.
 *
 * <p>The share of an arm's values below a point near its quantile q has a deviation of √(p (1 - p))
 * for each value, and changes with the point's logarithm as the density does, φ(z_p) / s, so that
 * the logarithms of both arms' quantiles are apart by their true distance with a deviation of √2
 * √(p (1 - p)) s / φ(z_p). The evidence is least where both arms have half of it: the bound is that
 * of both halves ({@link QuantileTest#standardErrors}). The bins' width counts against the claim.
 *
 * @param mean of the control's values, above 0, in the metric's measure
 * @param deviation of a value, above 0, in the same unit
 * @param quantile which one, above 0 and below 1
 */
public record QuantileForecast(double mean, double deviation, double quantile) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range
   */
  public QuantileForecast {
    if (!(mean > 0 && deviation > 0 && quantile > 0 && quantile < 1)
        || !Double.isFinite(mean)
        || !Double.isFinite(deviation)) {
      throw new IllegalArgumentException(
          "mean, deviation, quantile: %s, %s, %s (expected: above 0, finite, below 1)"
              .formatted(mean, deviation, quantile));
    }
  }

  /** Deviation of a value's place: of the logarithm of the quantile, from one value. */
  private double spread() {
    double sigma = Math.sqrt(Math.log1p(Math.pow(deviation / mean, 2)));
    double z = NORMAL.inverseCumulativeProbability(quantile);
    return Math.sqrt(quantile * (1 - quantile)) * sigma / NORMAL.density(z);
  }

  /**
   * When a claim is shown.
   *
   * @param test of the claim
   * @param ratio the treatment's quantile by the control's, above 0
   * @param binsOfDoubling as of the test
   */
  public Passage shown(QuantileTest test, Claim claim, double ratio, int binsOfDoubling) {
    double bins = Math.log(ratio) / Math.log(2) * binsOfDoubling - test.shiftBins();
    // A value's own bin speaks for neither arm.
    double beyond = (claim.above() ? bins : -bins) - 1;
    double distance = beyond / binsOfDoubling * Math.log(2);
    return TangentPassage.of(
        distance / (2 * spread()), 1, users -> Math.sqrt(users) * test.standardErrors(users / 2));
  }
}
