package dev.serin.server.catalog;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import java.text.ParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 90s} and {@code 0.5s}, as in the proto's JSON form, and
 * {@code 30m}, {@code 1h30m}, {@code 2d}.
 */
final class DurationText {
  /** Nine digits of days are more than any duration holds, and too few to overflow. */
  private static final Pattern PARTS =
      Pattern.compile("(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?");

  private static final int[] SECONDS = {86_400, 3_600, 60, 1};

  private DurationText() {}

  /** Throws where the text is no duration, or longer than a duration may be. */
  static Duration parse(String text) throws ParseException {
    Matcher parts = PARTS.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      return Durations.parse(text);
    }
    long seconds = 0;
    for (int i = 0; i < SECONDS.length; i++) {
      if (parts.group(i + 1) != null) {
        seconds += Long.parseLong(parts.group(i + 1)) * SECONDS[i];
      }
    }
    return Durations.checkValid(Durations.fromSeconds(seconds));
  }
}
