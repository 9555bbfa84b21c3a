package dev.serin.server.analysis.count;

/**
 * One-sided bounds of a share of users, valid at every look: the beta-binomial mixture of Howard,
 * Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
 * Annals of Statistics 49(2), 2021, as {@code confseq} has it (sub-Bernoulli with g = p, h = 1 -
 * p).
 *
 * <p>A limit p is excluded from below where the mixture of likelihood ratios over Beta(c p, c
 * (1-p)), cut off to θ above p, reaches 1/α. With v = p (1-p) t their r = ρ(v) - p (1-p) is c p
 * (1-p), where c = t / (2 ln(1/2α) + ln(1 + 2 ln(1/2α))) - 1, at least 1/1000: t is the number of
 * users at which the bound is tightest. Assumes that users are independent.
 */
public final class ShareBound {
  private static final double LEAST_CONCENTRATION = 1e-3;

  /** Halvings of [0, 1]: as fine as doubles near a share of one in a million. */
  private static final int HALVINGS = 60;

  private final double threshold;
  private final double concentration;

  /**
   * Bounds for one arm.
   *
   * @param alpha probability that the bound is ever wrong, above 0 and below 1/2
   * @param users at which the bound should be tightest, above 0; fixed beforehand
   * @throws IllegalArgumentException where a number is outside its range
   */
  public ShareBound(double alpha, double users) {
    if (!(alpha > 0 && alpha < 0.5)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: above 0 and below 0.5)");
    }
    if (!(users > 0 && users < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("users: " + users + " (expected: above 0, and finite)");
    }
    this.threshold = AlphaShares.threshold(alpha);
    this.concentration = Math.max(users / spread(2 * alpha) - 1, LEAST_CONCENTRATION);
  }

  /** 2 ln(1/α) + ln(1 + 2 ln(1/α)). */
  private static double spread(double alpha) {
    double twice = -2 * Math.log(alpha);
    return twice + Math.log1p(twice);
  }

  /**
   * The least share that is not excluded, 0 to 1.
   *
   * @param withEvent 0 to {@code exposed}
   * @param exposed users, 0 or more
   * @throws IllegalArgumentException where a count is outside its range
   */
  public double lower(long withEvent, long exposed) {
    if (withEvent < 0 || withEvent > exposed) {
      throw new IllegalArgumentException(
          "withEvent: " + withEvent + " (expected: 0 to " + exposed + ")");
    }
    // Nothing at or above the share that was seen is ever excluded.
    double excluded = 0;
    double kept = exposed == 0 ? 0 : (double) withEvent / exposed;
    for (int i = 0; i < HALVINGS && kept > 0; i++) {
      double p = 0.5 * (excluded + kept);
      if (p <= excluded || p >= kept) {
        break;
      }
      if (logE(p, (double) withEvent, (double) (exposed - withEvent)) >= threshold) {
        excluded = p;
      } else {
        kept = p;
      }
    }
    return excluded;
  }

  /** The greatest share that is not excluded, 0 to 1; arguments as for {@link #lower}. */
  public double upper(long withEvent, long exposed) {
    return 1 - lower(exposed - withEvent, exposed);
  }

  /** The log e-value against a share of at most p. */
  double logE(double p, double withEvent, double without) {
    double a = concentration * p;
    double b = concentration * (1 - p);
    return TiltedBeta.above(a + withEvent, b + without, p, 1 - p)
        - TiltedBeta.above(a, b, p, 1 - p);
  }
}
