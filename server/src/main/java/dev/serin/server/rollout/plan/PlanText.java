package dev.serin.server.rollout.plan;

import java.time.Duration;

/** Times as people read them. */
public final class PlanText {
  private PlanText() {}

  /** {@code 1 h 30 min}, {@code 45 s}, {@code 2 d}; parts below a second are cut off. */
  public static String time(Duration time) {
    StringBuilder text = new StringBuilder();
    append(text, time.toDaysPart(), "d");
    append(text, time.toHoursPart(), "h");
    append(text, time.toMinutesPart(), "min");
    append(text, time.toSecondsPart(), "s");
    return text.isEmpty() ? "0 s" : text.toString();
  }

  private static void append(StringBuilder text, long count, String unit) {
    if (count > 0) {
      text.append(text.isEmpty() ? "" : " ").append(count).append(' ').append(unit);
    }
  }
}
