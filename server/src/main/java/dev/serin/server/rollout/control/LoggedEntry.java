package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.machine.Event;

/**
 * An entry of a run's log, read.
 *
 * @param stored as the store has it
 * @param event what happened
 * @param evidence what it was decided on; of a command, what was known when it came
 */
public record LoggedEntry(StoredEntry stored, Event event, EntryEvidence evidence) {
  /** Checks that all is there. */
  public LoggedEntry {
    requireNonNull(stored, "stored");
    requireNonNull(event, "event");
    requireNonNull(evidence, "evidence");
  }
}
