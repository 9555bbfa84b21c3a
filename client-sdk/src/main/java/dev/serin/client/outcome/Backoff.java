package dev.serin.client.outcome;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next stream is opened: twice as long each time, between half of it
 * and all of it by chance, so that a thousand producers do not come back at once. Not safe for many
 * threads.
 */
final class Backoff {
  static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What a producer's queue should be able to hold out. */
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final DoubleSupplier jitter;
  private long ceilingNanos = FIRST_NANOS;

  Backoff(DoubleSupplier jitter) {
    this.jitter = jitter;
  }

  /**
   * The next wait.
   *
   * @param atLeastNanos what the server asked for; 0: nothing
   */
  long nextNanos(long atLeastNanos) {
    double part = jitter.getAsDouble();
    long own = ceilingNanos / 2 + (long) (part * 0.5 * ceilingNanos);
    ceilingNanos = Math.min(LONGEST_NANOS, ceilingNanos * 2);
    // Those who were told the same delay are spread too.
    long asked = atLeastNanos + (long) (part * 0.25 * atLeastNanos);
    return Math.max(own, asked);
  }

  /** A stream worked: the next wait is a short one. */
  void reset() {
    ceilingNanos = FIRST_NANOS;
  }
}
