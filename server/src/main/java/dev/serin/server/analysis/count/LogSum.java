package dev.serin.server.analysis.count;

/** Sums of numbers that are given and returned as natural logarithms. */
final class LogSum {
  private LogSum() {}

  /** ln(e^a + e^b), without overflow; negative infinity, which is nothing, is none of it. */
  static double of(double a, double b) {
    double larger = Math.max(a, b);
    return larger == Double.NEGATIVE_INFINITY
        ? larger
        : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
  }
}
