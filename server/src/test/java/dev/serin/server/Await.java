package dev.serin.server;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread or process brings about. */
public final class Await {
  /** Generous: the machine may be building something else, and some wait for thousands of calls. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final Duration POLL = Duration.ofMillis(10);

  private Await() {}

  /**
   * Looks again and again until it is so.
   *
   * @throws AssertionError naming what was waited for, where it does not come
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new AssertionError(what + " (expected: within " + LIMIT + ")");
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
