package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.machine.Event;
import java.util.Optional;

/**
 * An entry of a run's log, as far as this version of the server can read it.
 *
 * @param stored as the store has it
 * @param event what happened; empty: it cannot be read
 * @param evidence what it was decided on; of a command, what was known when it came; none where it
 *     cannot be read
 * @param unreadable what cannot be read, and why; empty: all can
 */
public record LoggedEntry(
    StoredEntry stored, Optional<Event> event, EntryEvidence evidence, String unreadable) {
  /** Checks that all is there. */
  public LoggedEntry {
    requireNonNull(stored, "stored");
    requireNonNull(event, "event");
    requireNonNull(evidence, "evidence");
    requireNonNull(unreadable, "unreadable");
  }
}
