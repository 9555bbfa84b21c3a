package dev.serin.loadtest.rollouts;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what has to come, with patience for a machine that is busy. */
final class Await {
  private static final Duration GENEROUS = Duration.ofMinutes(2);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private Await() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long begin = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - begin > GENEROUS.toNanos()) {
        throw new AssertionError(what + " (expected: within " + GENEROUS + ")");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /** Lets time pass, which is what a test is about. */
  static void pass(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    until("time to pass", () -> System.nanoTime() - end >= 0);
  }
}
