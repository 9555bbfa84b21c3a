package dev.serin.engine;

import com.google.protobuf.Timestamp;
import dev.serin.v1.Schedule;

/**
 * When a feature may serve, in whole milliseconds of the caller's clock.
 *
 * @param fromMillis first millisecond
 * @param untilMillis first millisecond after it
 */
record CompiledSchedule(long fromMillis, long untilMillis) {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final int NANOS_PER_MILLI = 1_000_000;

  static CompiledSchedule of(Schedule schedule) {
    return new CompiledSchedule(
        schedule.hasFrom() ? firstMilli(schedule.getFrom()) : Long.MIN_VALUE,
        schedule.hasUntil() ? firstMilli(schedule.getUntil()) : Long.MAX_VALUE);
  }

  boolean contains(long nowMillis) {
    return fromMillis <= nowMillis && nowMillis < untilMillis;
  }

  /** Returns the first whole millisecond that is not before a moment. */
  private static long firstMilli(Timestamp moment) {
    int roundedUp = (moment.getNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    return moment.getSeconds() * MILLIS_PER_SECOND + roundedUp;
  }
}
