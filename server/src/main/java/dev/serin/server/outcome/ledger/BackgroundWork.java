package dev.serin.server.outcome.ledger;

import java.util.concurrent.TimeUnit;

/**
 * What goes on behind the flushes: loading what was counted, following other replicas, folding,
 * removing. For one thread.
 */
final class BackgroundWork {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(500);

  private final Follower follower;
  private final Thinner thinner;
  private final Folder folder;
  private final Expiry expiry;
  private final Retention retention;
  private volatile boolean loaded;

  BackgroundWork(
      Follower follower, Thinner thinner, Folder folder, Expiry expiry, Retention retention) {
    this.follower = follower;
    this.thinner = thinner;
    this.folder = folder;
    this.expiry = expiry;
    this.retention = retention;
  }

  boolean isLoaded() {
    return loaded;
  }

  /** Does what is due; returns nanoseconds until the next turn. */
  long turn(long now, LedgerState state) throws InterruptedException {
    if (state != LedgerState.LIVE) {
      return EVERY / 5;
    }
    follower.turn();
    loaded = true;
    thinner.turn();
    folder.turn(now);
    expiry.turn(now);
    retention.turn(now);
    return EVERY;
  }
}
