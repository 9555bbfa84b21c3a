package dev.serin.server.analysis.count;

/** Bounds of shares of simulated runs. */
final class Share {
  private Share() {}

  /** The largest share of runs that is still no evidence against alpha: three standard errors. */
  static double most(double alpha, int runs) {
    return alpha + 3 * Math.sqrt(alpha * (1 - alpha) / runs);
  }
}
