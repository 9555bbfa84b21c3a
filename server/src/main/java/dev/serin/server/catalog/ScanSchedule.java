package dev.serin.server.catalog;

import java.time.Duration;

/**
 * When a watched directory is looked at next: soon after a change has ended, and now and then
 * without one, because notifications get lost.
 *
 * <p>Times are those of a monotonic clock, in nanoseconds. Not thread-safe.
 */
final class ScanSchedule {
  /** Files come in bursts (an editor, a checkout, a copy): a look waits until they are quiet. */
  static final long QUIET_NANOS = Duration.ofMillis(200).toNanos();

  /** A directory that is never quiet is looked at all the same. */
  static final long MAX_WAIT_NANOS = Duration.ofSeconds(3).toNanos();

  /** A change nobody told of is found after this time; reading a directory costs milliseconds. */
  static final long RESCAN_NANOS = Duration.ofSeconds(10).toNanos();

  private long lastScan;
  private long firstChange;
  private long lastChange;
  private boolean changed;

  /** A schedule whose first look was just taken. */
  ScanSchedule(long now) {
    lastScan = now;
  }

  /** Something in the directory changed. */
  void changed(long now) {
    if (!changed) {
      firstChange = now;
    }
    changed = true;
    lastChange = now;
  }

  /** A look was taken; what changed before it began is done with. */
  void scanned(long now) {
    changed = false;
    lastScan = now;
  }

  /** Nanoseconds until the next look; 0 or less: now. */
  long waitNanos(long now) {
    if (!changed) {
      return lastScan + RESCAN_NANOS - now;
    }
    return Math.min(lastChange + QUIET_NANOS - now, firstChange + MAX_WAIT_NANOS - now);
  }
}
