package dev.serin.server.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers for people. */
final class Numbers {
  /** Of no number. */
  static final String NONE = "-";

  private Numbers() {}

  /** So many digits that count; very large and very small ones with an exponent. */
  static String digits(double number, int digits) {
    if (!Double.isFinite(number)) {
      return NONE;
    }
    if (number == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(number)
            .round(new MathContext(digits, RoundingMode.HALF_UP))
            .stripTrailingZeros();
    double size = Math.abs(number);
    return size >= 1e-4 && size < 1e9 ? rounded.toPlainString() : rounded.toString();
  }
}
