package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

/**
 * A notification that is not delivered yet. Run, number and target name it: receivers know by them
 * what they got before.
 *
 * @param run id of the run
 * @param number of the entry it tells of
 * @param target which of the plan's notifications, from 0
 * @param attempts how often it failed
 * @param ageMillis time since it was made, by the database's clock
 */
public record WaitingNotification(
    String run, long number, int target, int attempts, long ageMillis) {
  /** Checks that all is there. */
  public WaitingNotification {
    requireNonNull(run, "run");
  }
}
