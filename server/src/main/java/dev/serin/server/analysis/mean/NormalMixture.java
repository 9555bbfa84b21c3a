package dev.serin.server.analysis.mean;

import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The normal mixture: a bound that a sum of independent terms of mean 0 crosses, ever, with
 * probability at most α.
 *
 * <p>For a sum s with intrinsic time v (its variance), exp(λ s - λ² v / 2) is a martingale for
 * every λ; averaged over λ ~ N(0, 1/r), or over its positive half, it is again one, of the
 * logarithm
 *
 * <pre>
 * two-sided  ln E = ln(r / (v+r)) / 2 + s² / (2 (v+r))
 * one-sided  ln E = ln(4 r / (v+r)) / 2 + s² / (2 (v+r)) + ln Φ(s / √(v+r))
 * </pre>
 *
 * and exceeds 1/α with probability at most α (Ville). The bound is the s at which E = 1/α. Source:
 * Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", Annals of Statistics 49(2) 2021, propositions 5 and 6, and their confseq. Assumes a
 * sum whose increments are sub-Gaussian with the variance v.
 *
 * @param sides which deviations are found
 * @param r the precision of the mixture, in units of v, above 0: small r suits large v
 */
record NormalMixture(Sides sides, double r) {
  /** Which deviations a mixture finds. */
  enum Sides {
    /** Sums above 0 alone. */
    ONE,
    /** Sums above and below 0. */
    TWO
  }

  private static final double ROOT_OF_TWO = Math.sqrt(2);

  /** Relative change of the bound below which further steps are rounding. */
  private static final double CONVERGED = 1e-14;

  NormalMixture {
    if (!(r > 0 && r < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("r: " + r + " (expected: above 0, finite)");
    }
  }

  /**
   * The mixture whose bound is nearly the tightest at one time.
   *
   * @param v the time, above 0
   * @param alpha above 0, below 1; of one side below 1/2
   */
  static NormalMixture bestAt(Sides sides, double v, double alpha) {
    double ofBothSides =
        switch (sides) {
          case ONE -> 2 * alpha;
          case TWO -> alpha;
        };
    if (!(ofBothSides > 0 && ofBothSides < 1)) {
      throw new IllegalArgumentException(
          "alpha: %s (expected: above 0, below %s)".formatted(alpha, alpha / ofBothSides));
    }
    double odds = -2 * Math.log(ofBothSides);
    return new NormalMixture(sides, v / (odds + Math.log1p(odds)));
  }

  /** The log e-value of a sum at a time of 0 or more; finite for finite sums. */
  double logE(double s, double v) {
    double x = s / Math.sqrt(v + r);
    double shrunk = -0.5 * Math.log1p(v / r);
    return switch (sides) {
      case TWO -> shrunk + 0.5 * x * x;
      case ONE -> shrunk + logTilted(x);
    };
  }

  /** ln(2 exp(x²/2) Φ(x)): for x below 0 both factors would cancel. */
  private static double logTilted(double x) {
    return x < 0
        ? Math.log(Erfcx.value(-x / ROOT_OF_TWO))
        : 0.5 * x * x + Math.log(2 - Math.exp(-0.5 * x * x) * Erfcx.value(x / ROOT_OF_TWO));
  }

  /** The sum at which the e-value is 1/α, 0 or more; α above 0 and at most 1. */
  double bound(double v, double alpha) {
    double needed = 0.5 * Math.log1p(v / r) - Math.log(alpha);
    return switch (sides) {
      case TWO -> Math.sqrt(2 * needed * (v + r));
      case ONE -> Math.sqrt(v + r) * crossing(needed, closedForm(v, alpha) / Math.sqrt(v + r));
    };
  }

  /**
   * The one-sided bound in closed form, which is at least the bound: where E is 1/α, exp(x²/2) is
   * at most 1 + √(v/r + 1) / (2 α), since Φ(x) exp(x²/2) is at least exp(x²/2) - 1/2. Source:
   * Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic
   * confidence sequences", Annals of Statistics 52(6) 2024 (2103.06476), eq. 134.
   */
  double closedForm(double v, double alpha) {
    return Math.sqrt(2 * (v + r) * Math.log1p(Math.sqrt(v / r + 1) / (2 * alpha)));
  }

  /**
   * The x at which {@link #logTilted} is as needed, by Newton's method from above: the function is
   * convex and rises, so that every step stays above the crossing.
   */
  private static double crossing(double needed, double above) {
    double x = above;
    for (; ; ) {
      // d/dx ln(exp(x²/2) Φ(x)) = x + φ(x)/Φ(x).
      double density = Math.exp(-0.5 * x * x);
      double slope =
          x + Math.sqrt(2 / Math.PI) * density / (2 - density * Erfcx.value(x / ROOT_OF_TWO));
      double step = (logTilted(x) - needed) / slope;
      if (!(step > CONVERGED * x)) {
        return x;
      }
      x -= step;
    }
  }
}
