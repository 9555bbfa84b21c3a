package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * A stretch of a stage that has evidence of its own: as long as the stage was planned at first, and
 * where it takes longer, as long again as all before it.
 *
 * <p>Measured by {@linkplain Times#served served time} and not by dwell, so that what begins while
 * a run waits at a gate, holds, is frozen or paused is found as soon as what begins in RUNNING.
 *
 * @param extension 0: the stage's planned period; else the number of the repeat or extension among
 *     the run's, from 1
 * @param began when, by the log
 * @param from served time in the stage at which it began
 * @param until served time in the stage at which it is over
 */
public record Period(int extension, Instant began, Duration from, Duration until) {
  /** The shortest: a stage without a dwell goes on, too, and has to be watched while it does. */
  public static final Duration LEAST = Duration.ofMinutes(10);

  /** Checks that all is there. */
  public Period {
    requireNonNull(began, "began");
    requireNonNull(from, "from");
    requireNonNull(until, "until");
  }

  /** The planned one of a stage that is entered, or a repeat of it. */
  static Period first(int extension, Instant began, Duration dwell) {
    Duration length = dwell.compareTo(LEAST) < 0 ? LEAST : dwell;
    return new Period(extension, began, Duration.ZERO, length);
  }

  /** The one after it, where a stage has served for so long. */
  static Period next(int number, Instant now, Duration served) {
    return new Period(number, now, served, served.multipliedBy(2));
  }

  /** How long it is planned to be. */
  public Duration length() {
    return until.minus(from);
  }

  /**
   * How long it has been going on.
   *
   * @param times of a run that is in it
   */
  public Duration elapsed(Times times) {
    return times.served().minus(from);
  }

  boolean isOver(Times times) {
    return times.served().compareTo(until) >= 0;
  }
}
