package dev.serin.server.analysis.planning;

import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.MeanTest;

/**
 * When a test of means comes to a decision, in users who arrive in both arms of equal size.
 *
 * <p>Where each of the treatment's values is r times as large, after n users the standard error of
 * θ_T - k θ_C is √(2 (r² + k²) / n) deviations of the control, so that √n z is a motion of variance
 * 1 for each user and drift (θ_T - k θ_C - δ) / (√(2 (r² + k²)) deviations), whose bound is that of
 * the test ({@link MeanTest}).
 *
 * @param mean of the control, in the metric's measure
 * @param deviation between users of the control, of what each contributes; above 0, in the same
 *     unit
 */
public record MeanForecast(double mean, double deviation) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range
   */
  public MeanForecast {
    if (!Double.isFinite(mean) || !(deviation > 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "mean, deviation: %s, %s (expected: finite, above 0)".formatted(mean, deviation));
    }
  }

  /**
   * When a claim is shown.
   *
   * @param ratio the treatment's mean, and its deviation, by the control's
   * @param plannedUsers of both arms, at which the test is sharpest; 1 or more
   * @param alpha the test's share, above 0 and below 1/2
   */
  public Passage shown(Claim claim, double ratio, long plannedUsers, double alpha) {
    double beyond = ratio * mean - claim.factor() * mean - claim.offset();
    double spread = Math.sqrt(2 * (ratio * ratio + claim.factor() * claim.factor())) * deviation;
    double drift = (claim.above() ? beyond : -beyond) / spread;
    MeanTest test = MeanTest.of(claim, plannedUsers, alpha);
    return TangentPassage.of(drift, 1, users -> Math.sqrt(users) * test.standardErrors(users));
  }

  /**
   * When a claim is shown where both arms are alike from now on, in further users.
   *
   * @param test of the claim
   * @param users of both arms so far, above 0
   * @param treatment its mean so far; that of the control is {@link #mean}
   */
  public Passage shownFrom(MeanTest test, Claim claim, double users, double treatment) {
    double spread = Math.sqrt(2 * (1 + claim.factor() * claim.factor())) * deviation;
    double sign = claim.above() ? 1 : -1;
    double alike = sign * (mean - claim.factor() * mean - claim.offset()) / spread;
    double now = sign * (treatment - claim.factor() * mean - claim.offset()) / spread * users;
    return TangentPassage.of(
        alike, 1, more -> Math.sqrt(users + more) * test.standardErrors(users + more) - now);
  }
}
