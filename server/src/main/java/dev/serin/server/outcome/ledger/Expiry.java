package dev.serin.server.outcome.ledger;

import java.util.concurrent.TimeUnit;

/**
 * Drops what ended too long ago to be kept whole: from the view, and from the bases of this
 * replica, those it took over among them. Those of others are dropped by them. For one thread.
 */
final class Expiry {
  /** What is kept for days may be kept for an hour longer. */
  static final long EVERY = TimeUnit.HOURS.toNanos(1);

  private final ViewBounds bounds;
  private final Folder folder;
  private boolean begun;

  /** Whether bases are left that may hold what is dropped by now. */
  private boolean merging;

  private long last;

  Expiry(ViewBounds bounds, Folder folder) {
    this.bounds = bounds;
    this.folder = folder;
  }

  void turn(long now) {
    if (!begun || now - last >= EVERY) {
      boolean less = bounds.expire();
      if (less) {
        folder.forgetMerged();
      }
      // At the start only where there is something to drop: it takes as long as loading all bases.
      merging = less || begun;
      begun = true;
      last = now;
    }
    merging = merging && folder.mergeOneAnew();
  }
}
