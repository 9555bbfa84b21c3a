package dev.serin.server.analysis.count;

import org.apache.commons.numbers.gamma.LogGamma;

/**
 * Beta integrals relative to a point t, as logarithms: of (θ/t)^a ((1-θ)/(1-t))^b dθ/(θ(1-θ)) over
 * all θ ({@link #whole}) and over θ above t ({@link #above}).
 *
 * <p>These are B(a,b) / (t^a (1-t)^b), without and with the factor Q = 1 - I_t(a,b). Ratios of them
 * are the mixtures of likelihood ratios that B6 to B8 ask for, and neither B nor Q nor the powers,
 * which cancel to many digits, are ever formed:
 *
 * <ul>
 *   <li>whole: with n = a + b, e = a - n t and Stirling's series the logarithm is n KL(a/n, t) +
 *       ln(2π n / (a b)) / 2 + δ(a) + δ(b) - δ(n), where n KL is the sum of m φ(e/m) over the two
 *       expectations m, φ(v) = (1+v) ln(1+v) - v (Loader, "Fast and accurate computation of
 *       binomial probabilities", 2000);
 *   <li>above: where Q is small it is the continued fraction of I itself, whose factor t^a (1-t)^b
 *       / B is just what is divided away; elsewhere it is whole and ln(1 - tail). The fraction is
 *       DiDonato and Morris, "Algorithm 708", ACM TOMS 18(3) 1992, eq. 9: the number of its terms
 *       grows as the cube root of n where a/n = t, and falls quickly away from there.
 * </ul>
 */
public final class TiltedBeta {
  /** Above it Stirling's series below is exact to the last digits of a double. */
  private static final double STIRLING_FROM = 10;

  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  /** Relative change by which a further term no longer matters. */
  private static final double CONVERGED = 1e-15;

  /**
   * Terms after which what there is has to do. Counts of a billion users take some thousands; only
   * points within some billionths of 0 or 1 take more than a hundred thousand.
   */
  private static final int MAX_TERMS = 1_000_000;

  private TiltedBeta() {}

  /**
   * The logarithm of the integral over all θ.
   *
   * @param a above 0
   * @param b above 0
   * @param t the point, in (0, 1)
   * @param u 1 - t
   */
  public static double whole(double a, double b, double t, double u) {
    double n = a + b;
    double excess = Math.fma(-n, t, a);
    return deviance(excess, n * t)
        + deviance(-excess, n * u)
        + stirling(a, b, n)
        + 0.5 * Math.log(n / a / b);
  }

  /** What is left of ln B(a,b) beside powers and the square root. */
  private static double stirling(double a, double b, double n) {
    return HALF_LOG_TWO_PI + correction(a) + correction(b) - correction(n);
  }

  /** The logarithm of the integral over θ above t; arguments as for {@link #whole}. */
  public static double above(double a, double b, double t, double u) {
    double excess = Math.fma(-(a + b), t, a);
    if (excess <= 0) {
      return -Math.log(fraction(b, a, u, -excess));
    }
    double whole = whole(a, b, t, u);
    return whole + Math.log1p(-Math.exp(-Math.log(fraction(a, b, t, excess)) - whole));
  }

  /**
   * The continued fraction f of I_x(a,b) = x^a (1-x)^b / (B(a,b) f), above 0.
   *
   * @param excess a - (a+b) x, 0 or more
   */
  private static double fraction(double a, double b, double x, double excess) {
    // By Lentz's method; all partial sums are above 0 where the excess is not below 0.
    double f = a * (excess + 1) / (a + 1);
    double c = f;
    double d = 0;
    for (double m = 1; m <= MAX_TERMS; m++) {
      double odd = a + 2 * m - 1;
      double step = m * (b - m) * x / odd;
      double numerator = (a + m - 1) * (a + b + m - 1) / odd * x * step;
      double denominator = m + step + (a + m) * (excess + 1 + m * (2 - x)) / (odd + 2);
      d = 1 / (denominator + numerator * d);
      c = denominator + numerator / c;
      double change = c * d;
      f *= change;
      // Not the other way round: what is no number stays one, and ends.
      if (!(Math.abs(change - 1) > CONVERGED)) {
        break;
      }
    }
    return f;
  }

  /** m φ(excess / m): what an observation that far from its expectation m adds to n KL. */
  static double deviance(double excess, double expected) {
    double v = excess / expected;
    return expected * Math.fma(1 + v, Math.log1p(v), -v);
  }

  /** δ(z): ln Γ(z) without (z - 1/2) ln z - z + ln(2π)/2, for z above 0. */
  static double correction(double z) {
    if (z < STIRLING_FROM) {
      return LogGamma.value(z) - (z - 0.5) * Math.log(z) + z - HALF_LOG_TWO_PI;
    }
    double w = 1 / (z * z);
    double series = 1.0 / 1188 - w * (691.0 / 360360 - w / 156);
    series = 1.0 / 1260 - w * (1.0 / 1680 - w * series);
    return (1.0 / 12 - w * (1.0 / 360 - w * series)) / z;
  }
}
