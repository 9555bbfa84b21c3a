package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * A stretch of a stage that has evidence of its own: as long as the stage was planned at first, and
 * where it takes longer, as long again as all before it.
 *
 * @param extension 0: the stage's planned period; else the number of the repeat or extension among
 *     the run's, from 1
 * @param began when, by the log
 * @param from dwell in the stage at which it began
 * @param until dwell in the stage at which it is over
 */
public record Period(int extension, Instant began, Duration from, Duration until) {
  /** Checks that all is there. */
  public Period {
    requireNonNull(began, "began");
    requireNonNull(from, "from");
    requireNonNull(until, "until");
  }

  /** The planned one of a stage that is entered, or a repeat of it. */
  static Period first(int extension, Instant began, Duration dwell) {
    return new Period(extension, began, Duration.ZERO, dwell);
  }

  /** The one after it. */
  Period next(int number, Instant now) {
    return new Period(number, now, until, until.multipliedBy(2));
  }

  /** How long it is planned to be. */
  public Duration length() {
    return until.minus(from);
  }
}
