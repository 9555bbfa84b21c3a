package dev.serin.server.catalog;

import dev.serin.v1.ChangeNote;

/**
 * Who changes something and why. The caller's claim, unverified.
 *
 * @param actor who; empty becomes "unknown"
 * @param reason why; may be empty
 */
public record Note(String actor, String reason) {
  private static final String UNKNOWN = "unknown";

  /** Nobody stays nameless in the history. */
  public Note {
    actor = actor.isEmpty() ? UNKNOWN : actor;
  }

  static Note of(ChangeNote note) {
    return new Note(note.getActor(), note.getReason());
  }

  ChangeNote toProto() {
    return ChangeNote.newBuilder().setActor(actor).setReason(reason).build();
  }
}
