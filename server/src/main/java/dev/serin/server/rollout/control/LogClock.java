package dev.serin.server.rollout.control;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time that logs are written by, between the looks of one holder. Where the clock was ahead and
 * is set back it does not stand still for as long, but passes as the monotonic clock says, a little
 * slower until the clock has come up with it. Where the clock jumps ahead it follows: that looks
 * like nobody looking, and counts for nothing.
 *
 * <p>Of the controller's thread.
 */
final class LogClock {
  /** One part in so many is it slower. */
  private static final long SLOWER = 100;

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private @Nullable Instant last;
  private long lastNanos;

  /**
   * A clock that has not been looked at.
   *
   * @param nanoTime monotonic
   */
  LogClock(InstantSource clock, LongSupplier nanoTime) {
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Not before what it has said, since it was last forgotten. */
  Instant now() {
    long nanos = nanoTime.getAsLong();
    Instant now = clock.instant();
    Instant before = last;
    if (before != null) {
      long passed = Math.max(0, nanos - lastNanos);
      Instant least = before.plusNanos(passed - passed / SLOWER);
      now = now.isBefore(least) ? least : now;
    }
    last = now;
    lastNanos = nanos;
    return now;
  }

  /** What was said binds no more: others have looked since. */
  void forget() {
    last = null;
  }
}
