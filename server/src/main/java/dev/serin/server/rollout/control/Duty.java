package dev.serin.server.rollout.control;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether a holder of the lease is of use: one whose turns all fail gives it up, as another
 * replica's may not, and leaves it alone for longer than another needs to take it. Each time that
 * this was of no use it holds on twice as long, so that where it is alone, or all fail alike, the
 * lease does not go to and fro. Of the controller's thread.
 */
final class Duty {
  /** Turns that fail in a row before the lease is given up: as many as a holder may be silent. */
  static final int FAILED_MAX = 5;

  /** The same where giving it up was of no use, at the most: five minutes of the usual ticks. */
  static final int FAILED_MOST = 60 * FAILED_MAX;

  /** How long it is left alone then: others look for it with each tick. */
  static final Duration REST = Duration.ofSeconds(10);

  private final LongSupplier nanoTime;
  private int failed;
  private int mayFail = FAILED_MAX;
  private String why = "";
  private boolean rests;
  private long restsSince;

  /**
   * That of a controller.
   *
   * @param nanoTime monotonic clock
   */
  Duty(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes a turn, and notes how it ended.
   *
   * @param turn tells whether anything could be done; throws what it failed with
   * @return what the turn tells
   */
  boolean take(BooleanSupplier turn) {
    boolean done;
    try {
      done = turn.getAsBoolean();
    } catch (UnheldException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      failed(e.toString());
      throw e;
    }
    if (done) {
      failed = 0;
      mayFail = FAILED_MAX;
    } else {
      failed("none of the active runs can be read or decided on");
    }
    return done;
  }

  private void failed(String because) {
    failed++;
    why = because;
  }

  /** Whether the lease is to be given up. */
  boolean isOver() {
    return failed >= mayFail;
  }

  /** Why the last turn failed that did; empty: none ever. */
  String why() {
    return why;
  }

  /** Notes that the lease was given up; true: for the first time since a turn did not fail. */
  boolean givenUp() {
    boolean first = mayFail == FAILED_MAX;
    mayFail = Math.min(FAILED_MOST, 2 * mayFail);
    failed = 0;
    rests = true;
    restsSince = nanoTime.getAsLong();
    return first;
  }

  /** Notes that the lease is no longer held: what failed under it is over. */
  void lost() {
    failed = 0;
  }

  /** Whether the lease is left to others still. */
  boolean rests() {
    rests = rests && nanoTime.getAsLong() - restsSince < REST.toNanos();
    return rests;
  }
}
