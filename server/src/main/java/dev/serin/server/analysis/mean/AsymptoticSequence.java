package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.mean.NormalMixture.Sides;

/**
 * The asymptotic confidence sequence: how many standard errors an estimate has to be away, at any
 * time, to be evidence.
 *
 * <p>With n users and ρ² = (-2 ln α + ln(1 - 2 ln α)) / N*, two-sided, the estimate is within
 *
 * <pre>√n SE √( 2 (n ρ² + 1) / (n² ρ²) ln(√(n ρ² + 1) / α) )</pre>
 *
 * of the truth at all n at once, with probability 1 - α, and E = exp(ρ² S² / (2 (n ρ² + 1))) / √(n
 * ρ² + 1), S² = n d² / SE². One-sided, α is doubled in ρ and half of the mixture is left out.
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and
 * asymptotic confidence sequences" (2103.06476), eq. 134, 155, 161. With r = 1/ρ² this is the
 * normal mixture of the sum √n d / SE at the time n, and is worked out as such.
 *
 * <p>Assumes what a central limit theorem does: independent users, n of them (never requests), and
 * standard errors that are right. Arms have to be of equal size: with few events in the smaller of
 * two unequal arms its variance is as good as zero, and alarms come in dozens.
 *
 * @param alpha of all looks together, above 0
 * @param mixture tightest when as many users as planned have come
 */
record AsymptoticSequence(double alpha, NormalMixture mixture) {
  /**
   * The sequence for deviations upwards.
   *
   * @param plannedUsers users of both arms at which the bound is to be tightest, N*; above 0
   * @param alpha above 0, below 1/2
   */
  static AsymptoticSequence oneSided(long plannedUsers, double alpha) {
    return of(Sides.ONE, plannedUsers, alpha);
  }

  /**
   * The sequence for deviations either way.
   *
   * @param plannedUsers users of both arms at which the bound is to be tightest, N*; above 0
   * @param alpha above 0, below 1
   */
  static AsymptoticSequence twoSided(long plannedUsers, double alpha) {
    return of(Sides.TWO, plannedUsers, alpha);
  }

  private static AsymptoticSequence of(Sides sides, long plannedUsers, double alpha) {
    if (plannedUsers < 1) {
      throw new IllegalArgumentException(
          "planned users: " + plannedUsers + " (expected: 1 or more)");
    }
    return new AsymptoticSequence(alpha, NormalMixture.bestAt(sides, (double) plannedUsers, alpha));
  }

  /**
   * The log e-value against a deviation of 0 (one-sided: of 0 or less).
   *
   * @param z the deviation in standard errors
   * @param users of both arms, above 0
   */
  double logE(double z, double users) {
    return mixture.logE(Math.sqrt(users) * z, users);
  }

  /** How many standard errors are evidence at α, with so many users of both arms; above 0. */
  double multiplier(double users) {
    return mixture.bound(users, alpha) / Math.sqrt(users);
  }
}
