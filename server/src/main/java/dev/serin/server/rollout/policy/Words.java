package dev.serin.server.rollout.policy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;

/** Numbers as sentences say them. */
final class Words {
  /** Beyond it nobody reads the digits. */
  private static final double MAX_ODDS_LOG10 = 15;

  private Words() {}

  /** 2 013. */
  static String count(long number) {
    // By hand: a format takes microseconds, and each look makes a sentence of four of them.
    StringBuilder digits = new StringBuilder(Long.toString(number));
    for (int at = digits.length() - 3; at > 0; at -= 3) {
      digits.insert(at, ' ');
    }
    return digits.toString();
  }

  /** 1 : 4 200, with two digits that count. */
  static String odds(double logE) {
    double digits = logE / Math.log(10);
    if (digits > MAX_ODDS_LOG10) {
      return "beyond 1 : 10^15";
    }
    BigDecimal odds = new BigDecimal(Math.exp(logE)).round(new MathContext(2));
    return "1 : " + grouped("#,##0.#").format(odds);
  }

  /** 12.5 %. */
  static String percent(double share) {
    return grouped("#,##0.##").format(100 * share) + " %";
  }

  /** 1 h 30 min, 45 s. */
  static String time(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
    long minutes = seconds / 60;
    return minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
  }

  private static DecimalFormat grouped(String pattern) {
    DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
    symbols.setGroupingSeparator(' ');
    return new DecimalFormat(pattern, symbols);
  }
}
