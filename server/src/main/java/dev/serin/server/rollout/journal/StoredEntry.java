package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * One entry of a run's log.
 *
 * @param number from 1, without gaps: the version of the run that it made
 * @param timeMillis milliseconds since 1970
 * @param actor who
 * @param reason a sentence for people
 * @param phase name of the phase after it
 * @param stage after it; 0: none yet
 * @param event what happened, encoded
 * @param evidence what it was decided on, encoded; empty: a person's word
 * @param fence number of the lease it was written under; 0: a command, which needs none
 */
public record StoredEntry(
    long number,
    long timeMillis,
    String actor,
    String reason,
    String phase,
    int stage,
    ByteString event,
    ByteString evidence,
    long fence) {
  /** Checks that all is there. */
  public StoredEntry {
    requireNonNull(actor, "actor");
    requireNonNull(reason, "reason");
    requireNonNull(phase, "phase");
    requireNonNull(event, "event");
    requireNonNull(evidence, "evidence");
  }
}
