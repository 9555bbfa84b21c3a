package dev.serin.server.analysis.quantile;

import dev.serin.server.analysis.count.ShareBound;
import dev.serin.server.analysis.count.TiltedBeta;

/**
 * The beta-binomial mixture: evidence, at every look, that the share of values below a point is not
 * p, from k of n values below it.
 *
 * <p>Likelihood ratios of θ against p, (θ/p)^k ((1-θ)/(1-p))^(n-k), averaged over θ ~ Beta(c p, c
 * (1-p)), the whole or its part above or below p, with c as {@link ShareBound} has it: their r is c
 * p (1-p). Source: Howard, Ramdas, McAuliffe, Sekhon (Annals of Statistics 49(2) 2021, propositions
 * 7 and 8) and their confseq, {@code BetaBinomialMixture} with g = p, h = 1 - p. Cut off at p the
 * mixture is valid for all shares on the other side as well, and rises with k (above) or falls
 * (below).
 */
final class BetaMixture {
  private final double p;
  private final double below;
  private final double beyond;
  private final double priorAbove;
  private final double priorBelow;
  private final double priorWhole;

  private BetaMixture(double p, double concentration) {
    this.p = p;
    this.below = concentration * p;
    this.beyond = concentration * (1 - p);
    this.priorAbove = TiltedBeta.above(below, beyond, p, 1 - p);
    this.priorBelow = TiltedBeta.above(beyond, below, 1 - p, p);
    this.priorWhole = TiltedBeta.whole(below, beyond, p, 1 - p);
  }

  /**
   * The mixture that is nearly the sharpest after so many values.
   *
   * @param p the share, above 0 and below 1
   * @param values above 0
   * @param alpha the error rate that it is to be sharpest for, of both sides together; above 0,
   *     below 1
   */
  static BetaMixture bestAt(double p, double values, double alpha) {
    return new BetaMixture(p, ShareBound.concentration(values, alpha));
  }

  /** Which share it is about. */
  double share() {
    return p;
  }

  /** The log e-value that more than p of the values are below the point. */
  double above(double k, double n) {
    return TiltedBeta.above(below + k, beyond + n - k, p, 1 - p) - priorAbove;
  }

  /** The log e-value that less than p of the values are below the point. */
  double below(double k, double n) {
    return TiltedBeta.above(beyond + n - k, below + k, 1 - p, p) - priorBelow;
  }

  /** The log e-value that not p of the values are below the point. */
  double whole(double k, double n) {
    return TiltedBeta.whole(below + k, beyond + n - k, p, 1 - p) - priorWhole;
  }

  /** The k of n at which {@link #whole}, which is convex in k, is least. */
  double leastWhole(double n) {
    double low = 0;
    double high = n;
    // A third each time: 100 steps end within n 2^-58.
    for (int step = 0; step < 100; step++) {
      double first = low + (high - low) / 3;
      double second = high - (high - low) / 3;
      if (whole(first, n) <= whole(second, n)) {
        high = second;
      } else {
        low = first;
      }
    }
    return low + (high - low) / 2;
  }
}
