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

  /** Of the logarithm of a bound: as fine as the e-value is known. */
  private static final double PRECISION = 1e-12;

  /** The logarithm of a share of which nobody can tell whether it is 0. */
  private static final double LEAST_LOG = -500;

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
    this.concentration = concentration(users, 2 * alpha);
  }

  /**
   * The c of the mixture over Beta(c p, c (1-p)) that is nearly the sharpest after so many values.
   *
   * @param values above 0
   * @param alpha the error rate that it is to be sharpest for, of both sides together; above 0,
   *     below 1
   */
  public static double concentration(double values, double alpha) {
    double twice = -2 * Math.log(alpha);
    return Math.max(values / (twice + Math.log1p(twice)) - 1, LEAST_CONCENTRATION);
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
    return withEvent == 0 ? 0 : Math.exp(root((double) withEvent, (double) (exposed - withEvent)));
  }

  /**
   * The logarithm of the greatest share that is excluded. By regula falsi in its Illinois form
   * (Dahlquist and Björck, "Numerical methods", 1974, section 6.3), as over the logarithm of p the
   * log e-value is nearly a line; a step that leaves more than half is followed by a halving.
   */
  private double root(double withEvent, double without) {
    // Nothing at or above the share that was seen is ever excluded.
    double kept = Math.log(withEvent / (withEvent + without));
    double beyondKept = -threshold;
    double excluded = kept;
    double beyondExcluded = beyondKept;
    // A first step of about one deviation of the logarithm.
    double step = Math.sqrt(threshold / withEvent);
    while (beyondExcluded < 0 && excluded > LEAST_LOG) {
      excluded -= step;
      step *= 2;
      beyondExcluded = beyond(excluded, withEvent, without);
    }
    boolean excludedMoved = true;
    boolean halve = false;
    while (kept - excluded > PRECISION) {
      double width = kept - excluded;
      double p = (excluded * beyondKept - kept * beyondExcluded) / (beyondKept - beyondExcluded);
      if (halve || !(p > excluded && p < kept)) {
        p = excluded + width / 2;
      }
      double beyond = beyond(p, withEvent, without);
      boolean excludes = beyond >= 0;
      if (excludes) {
        beyondKept = excludedMoved ? beyondKept / 2 : beyondKept;
        excluded = p;
        beyondExcluded = beyond;
      } else {
        beyondExcluded = excludedMoved ? beyondExcluded : beyondExcluded / 2;
        kept = p;
        beyondKept = beyond;
      }
      excludedMoved = excludes;
      halve = kept - excluded > width / 2;
    }
    return excluded;
  }

  private double beyond(double logP, double withEvent, double without) {
    return logE(Math.exp(logP), withEvent, without) - threshold;
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
