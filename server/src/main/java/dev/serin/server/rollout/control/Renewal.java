package dev.serin.server.rollout.control;

import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Fence;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps the lease while a turn lasts: a turn over many runs, or on a slow store, takes longer than
 * a holder may be silent. For one turn.
 */
final class Renewal {
  /** A fifth of the silence after which another takes the lease. */
  static final Duration EVERY = ControllerLease.SILENCE.dividedBy(5);

  private final ControllerLease lease;
  private final Fence fence;
  private final LongSupplier nanoTime;
  private long renewedNanos;

  /** Of a lease that was renewed just now. */
  Renewal(ControllerLease lease, Fence fence, LongSupplier nanoTime) {
    this.lease = lease;
    this.fence = fence;
    this.nanoTime = nanoTime;
    renewedNanos = nanoTime.getAsLong();
  }

  Fence fence() {
    return fence;
  }

  /**
   * Says that the holder lives, where it has not for a while: to be called between any two steps
   * that take time.
   *
   * @throws UnheldException where the lease is another's
   */
  void renewIfDue() {
    long now = nanoTime.getAsLong();
    if (now - renewedNanos < EVERY.toNanos()) {
      return;
    }
    if (!lease.renew(fence)) {
      throw new UnheldException();
    }
    renewedNanos = now;
  }
}
