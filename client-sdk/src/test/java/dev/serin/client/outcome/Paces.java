package dev.serin.client.outcome;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** Clocks for tests. */
final class Paces {
  /** What every clock that stands still shows. */
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Paces() {}

  /** Where a reporter's randomness comes from a seed. */
  static Sources sources(Pace pace, long seed) {
    Random jitter = new Random(seed);
    Random ids = new Random(~seed);
    return new Sources(pace, jitter::nextDouble, () -> new UUID(ids.nextLong(), ids.nextLong()));
  }

  /** The machine's clock, so fast that back-offs take less than a millisecond. */
  static final class Hurried implements Pace {
    private static final int TIMES = 200;

    private final Pace machine = Pace.ofMachine();

    @Override
    public Instant now() {
      return machine.now();
    }

    @Override
    public long nanoTime() {
      return machine.nanoTime() * TIMES;
    }

    @Override
    public void await(long nanos) throws InterruptedException {
      machine.await(nanos / TIMES);
    }

    @Override
    public void ring() {
      machine.ring();
    }
  }

  /** Stands still until it is told. */
  static final class Manual implements Pace {
    private Instant now = NOON;
    private long nanos = Long.MAX_VALUE - 5;
    private long untilNanos;
    private boolean idle;
    private boolean rung;

    @Override
    public synchronized Instant now() {
      return now;
    }

    @Override
    public synchronized long nanoTime() {
      return nanos;
    }

    @Override
    public synchronized void await(long waitNanos) throws InterruptedException {
      untilNanos = nanos + Math.min(waitNanos, Long.MAX_VALUE / 2);
      idle = true;
      notifyAll();
      while (!rung && nanos - untilNanos < 0) {
        wait();
      }
      idle = false;
      rung = false;
    }

    @Override
    public synchronized void ring() {
      rung = true;
      notifyAll();
    }

    /** Waits until the reporter has done all that it can do now. */
    synchronized void settle() {
      boolean interrupted = false;
      while (!idle || rung || nanos - untilNanos >= 0) {
        try {
          wait();
        } catch (InterruptedException early) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** Lets time pass, and the reporter do what it does then. */
    void advance(Duration time) {
      settle();
      synchronized (this) {
        nanos += time.toNanos();
        now = now.plus(time);
        notifyAll();
      }
      settle();
    }

    /** The time of day jumps, as when somebody sets it. */
    synchronized void setClock(Instant now) {
      this.now = now;
    }
  }
}
