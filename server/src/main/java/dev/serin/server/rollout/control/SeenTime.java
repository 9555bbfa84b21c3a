package dev.serin.server.rollout.control;

import dev.serin.server.rollout.machine.RolloutMachine;
import java.time.Duration;
import java.time.Instant;

/**
 * How much of a run's time its holder has seen: what passed between two looks counts as seen as far
 * as a look covers, the rest as unseen. By the clock of the log; of the controller's thread.
 */
final class SeenTime {
  /**
   * What nobody saw of a run's time is not written before it is more than this in all, so that slow
   * turns do not write an entry for each run each: after a crash, or with a person's command, it
   * counts as seen.
   */
  static final Duration CARRIED_MAX = Duration.ofSeconds(30);

  /** When the last look of which a trace is left was decided on. */
  private Instant looked;

  /** What nobody saw since the last entry and before the last look, but for what a look covers. */
  private Duration carried = Duration.ZERO;

  /** Whether somebody else is known to have moved the run, and it was not read again. */
  private boolean outdated;

  /**
   * The time of a run that was read.
   *
   * @param looked when somebody last looked at it
   * @param entry time of its last entry: what was before that is in it already
   */
  SeenTime(Instant looked, Instant entry) {
    this.looked = looked.isBefore(entry) ? entry : looked;
  }

  /**
   * Begins again with an entry.
   *
   * @param entry its time
   */
  void written(Instant entry) {
    looked = entry;
    carried = Duration.ZERO;
  }

  /** Begins again with an entry of somebody else's: what was seen since has left no trace. */
  void refreshed(Instant entry) {
    written(entry);
    outdated = false;
  }

  /** Notes that somebody else has moved the run: what was decided is not written. */
  void outdated() {
    outdated = true;
  }

  /** Notes that it was decided on what is known now. */
  void looked(Instant now) {
    if (!outdated) {
      carried = unseen(now);
      looked = now;
    }
  }

  /** When the run was last looked at. */
  Instant lastLook() {
    return looked;
  }

  /**
   * What an event is told of the time since the last look: what nobody saw since the last entry is
   * in it, too.
   */
  Duration sinceLook(Instant now) {
    Duration unseen = unseen(now);
    // Of what passed, the machine takes off what a look covers.
    return unseen.isZero() ? sinceLastLook(now) : unseen.plus(RolloutMachine.FRESH);
  }

  /** Whether what nobody saw is little enough to be carried on to the next entry. */
  boolean mayCarry(Instant now) {
    return unseen(now).compareTo(CARRIED_MAX) <= 0;
  }

  /** What nobody saw since the last entry, but for what looks cover. */
  private Duration unseen(Instant now) {
    Duration since = sinceLastLook(now);
    return since.compareTo(RolloutMachine.FRESH) > 0
        ? carried.plus(since).minus(RolloutMachine.FRESH)
        : carried;
  }

  private Duration sinceLastLook(Instant now) {
    Duration passed = Duration.between(looked, now);
    return passed.isNegative() ? Duration.ZERO : passed;
  }
}
