package dev.serin.server.cli;

import java.util.OptionalDouble;

/**
 * What {@code --baseline} says of a metric: {@code SHARE}, or {@code MEAN:DEVIATION}.
 *
 * @param value share of an event, or mean
 * @param deviation of a mean; empty: an event
 */
record BaselineText(double value, OptionalDouble deviation) {
  /** Reads one; what is no number is wrong usage. */
  static BaselineText read(String metric, String text) {
    try {
      int colon = text.indexOf(':');
      return colon < 0
          ? new BaselineText(Double.parseDouble(text), OptionalDouble.empty())
          : new BaselineText(
              Double.parseDouble(text.substring(0, colon)),
              OptionalDouble.of(Double.parseDouble(text.substring(colon + 1))));
    } catch (NumberFormatException notANumber) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--baseline " + metric + "=" + text + ": no number (expected: SHARE, or MEAN:DEVIATION)");
    }
  }
}
