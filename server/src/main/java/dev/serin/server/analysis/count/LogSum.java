package dev.serin.server.analysis.count;

/** Sums of numbers that are given and returned as natural logarithms. */
final class LogSum {
  private LogSum() {}

  /** ln(e^a + e^b) of finite numbers, without overflow. */
  static double of(double a, double b) {
    double larger = Math.max(a, b);
    return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
  }
}
