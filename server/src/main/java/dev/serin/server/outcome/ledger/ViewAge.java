package dev.serin.server.outcome.ledger;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How old a view is: time since it last held what all live replicas had flushed, and all that had
 * come here. It is bounded while the store answers, and grows while it does not, so that whoever
 * decides on what was counted knows that something may be missing.
 */
final class ViewAge {
  private ViewAge() {}

  /**
   * Any thread: the age in milliseconds; empty: the view is not loaded yet.
   *
   * @param nanoTime the monotonic clock by which both take their turns
   */
  static OptionalLong millis(FlushCycle flushes, Follower follower, LongSupplier nanoTime) {
    // Before the time is read, so that no moment lies ahead of it.
    Long settled = flushes.settledAt();
    long before = nanoTime.getAsLong();
    Long followed = follower.followedAt(before);
    if (settled == null || followed == null) {
      return OptionalLong.empty();
    }
    long now = nanoTime.getAsLong();
    return OptionalLong.of(
        Math.max(0, NANOSECONDS.toMillis(Math.max(now - settled, now - followed))));
  }
}
