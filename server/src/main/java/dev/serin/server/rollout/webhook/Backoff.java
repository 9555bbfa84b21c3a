package dev.serin.server.rollout.webhook;

import java.time.Duration;

/**
 * Waits between attempts: each twice as long as the one before, up to a longest.
 *
 * @param first after the first failure, above 0
 * @param longest not shorter than the first
 */
public record Backoff(Duration first, Duration longest) {
  /** Checks the bounds. */
  public Backoff {
    if (!first.isPositive() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "backoff: " + first + " to " + longest + " (expected: above 0, and not falling)");
    }
  }

  /**
   * The wait after so many failures in a row.
   *
   * @param failures 1 or more
   */
  public Duration after(int failures) {
    Duration wait = first;
    for (int i = 1; i < failures && wait.compareTo(longest) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
