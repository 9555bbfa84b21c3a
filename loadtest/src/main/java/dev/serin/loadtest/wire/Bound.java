package dev.serin.loadtest.wire;

import java.time.Duration;

/**
 * Where a run ends: at whichever comes first. Every run has both bounds.
 *
 * @param calls calls to start, 1 to 10^9
 * @param time how long calls are started, above 0, at most one day
 */
public record Bound(long calls, Duration time) {

  /** More than one connection's stream ids can carry. */
  public static final long MAX_CALLS = 1_000_000_000L;

  /** A load test that runs longer is not one. */
  public static final Duration MAX_TIME = Duration.ofDays(1);

  /** Checks the ranges. */
  public Bound {
    if (calls < 1 || calls > MAX_CALLS) {
      throw new IllegalArgumentException(
          "calls: %d (expected: 1 to %d)".formatted(calls, MAX_CALLS));
    }
    if (time.isNegative() || time.isZero() || time.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException(
          "time: %s (expected: above 0, at most %s)".formatted(time, MAX_TIME));
    }
  }
}
