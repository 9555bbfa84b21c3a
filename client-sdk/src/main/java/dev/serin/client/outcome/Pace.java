package dev.serin.client.outcome;

import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The reporter's clocks, and the place where its thread waits. */
interface Pace {
  /** The time of day. */
  Instant now();

  /** The monotonic clock, in ns. */
  long nanoTime();

  /** Waits until somebody rings, or has rung since the last wait, or the time has passed. */
  void await(long nanos) throws InterruptedException;

  /** Ends the wait; never blocks. */
  void ring();

  /** By the machine's clocks. */
  static Pace ofMachine() {
    return new Pace() {
      private final Semaphore bell = new Semaphore(0);

      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public void await(long nanos) throws InterruptedException {
        if (bell.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
          bell.drainPermits();
        }
      }

      @Override
      public void ring() {
        if (bell.availablePermits() == 0) {
          bell.release();
        }
      }
    };
  }
}
