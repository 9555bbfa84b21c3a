package dev.serin.server.outcome.ledger;

import java.util.concurrent.TimeUnit;

/** Waits that double while something fails. For one thread. */
final class Backoff {
  static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(50);
  static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

  private long wait;
  private long until;

  void failed(long now) {
    wait = wait == 0 ? SHORTEST : Math.min(2 * wait, LONGEST);
    until = now + wait;
  }

  void reset() {
    wait = 0;
  }

  boolean isReset() {
    return wait == 0;
  }

  boolean isOver(long now) {
    return remaining(now) == 0;
  }

  long remaining(long now) {
    return wait == 0 ? 0 : Math.max(0, until - now);
  }
}
