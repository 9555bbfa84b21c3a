package dev.serin.server.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** E-values as people bet. */
final class Odds {
  private static final MathContext TWO_DIGITS = new MathContext(2);

  /** Beyond it nobody reads the digits. */
  private static final double MAX_LOG_10 = 9;

  private Odds() {}

  /** 1 : 4 200; what speaks for nothing is even. */
  static String text(double logE) {
    if (Double.isNaN(logE)) {
      return "-";
    }
    if (logE <= 0) {
      return "even";
    }
    double digits = logE / Math.log(10);
    if (digits > MAX_LOG_10) {
      return "1 : 10^" + (digits < Long.MAX_VALUE ? Long.toString((long) digits) : "…");
    }
    BigDecimal odds = new BigDecimal(Math.exp(logE)).round(TWO_DIGITS);
    return "1 : "
        + (odds.compareTo(BigDecimal.TEN) < 0
            ? odds.stripTrailingZeros().toPlainString()
            : String.format(Locale.ROOT, "%,d", odds.longValue()).replace(',', ' '));
  }
}
