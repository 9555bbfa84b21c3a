package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
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

  /** 60 of 2 013 treatment users against 12 of 1 987; of a sample, 60 of 2 013 counted ones. */
  static String arms(ArmCounts users, ArmCounts exposed, boolean sampled) {
    return "%s of %s%s treatment users against %s of %s"
        .formatted(
            count(users.treatment()),
            count(exposed.treatment()),
            counted(sampled),
            count(users.control()),
            count(exposed.control()));
  }

  /** 60 of 2 013 treatment users, 12 of 1 987 of the control. */
  static String treatment(ArmCounts users, ArmCounts exposed, boolean sampled) {
    return "%s of %s%s treatment users%s"
        .formatted(
            count(users.treatment()),
            count(exposed.treatment()),
            counted(sampled),
            exposed.control() == 0
                ? ""
                : ", %s of %s of the control"
                    .formatted(count(users.control()), count(exposed.control())));
  }

  private static String counted(boolean sampled) {
    return sampled ? " counted" : "";
  }

  /** Users of an extension, of whom nobody knows how many were exposed. */
  static String since(ArmCounts users) {
    return "%s treatment users against %s since the stage was extended"
        .formatted(count(users.treatment()), count(users.control()));
  }

  /** 12.5 %; below one in a hundred with two digits that count. */
  static String percent(double share) {
    double percent = 100 * share;
    if (percent >= 1 || percent == 0) {
      return grouped("#,##0.##").format(percent) + " %";
    }
    return new BigDecimal(percent).round(new MathContext(2)).stripTrailingZeros().toPlainString()
        + " %";
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
