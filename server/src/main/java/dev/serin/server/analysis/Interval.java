package dev.serin.server.analysis;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A two-sided confidence interval of 95 %, in the unit of the estimate it belongs to.
 *
 * @param lower its lower end
 * @param upper its upper end, not below the lower one
 */
public record Interval(double lower, double upper) {
  /** Share of repetitions in which such an interval holds the truth. */
  public static final double LEVEL = 0.95;

  private static final double TAIL = (1 - LEVEL) / 2;

  private static final double NORMAL_QUANTILE =
      NormalDistribution.of(0, 1).inverseSurvivalProbability(TAIL);

  /** Estimate plus and minus standard errors as Student's t says. */
  static Interval ofStudent(double estimate, double standardError, double degreesOfFreedom) {
    double quantile = TDistribution.of(degreesOfFreedom).inverseSurvivalProbability(TAIL);
    return around(estimate, quantile * standardError);
  }

  /** Estimate plus and minus standard errors as the normal distribution says. */
  static Interval ofNormal(double estimate, double standardError) {
    return around(estimate, NORMAL_QUANTILE * standardError);
  }

  private static Interval around(double estimate, double half) {
    return new Interval(estimate - half, estimate + half);
  }
}
