package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;

/**
 * A transition that was decided and is to be written: the run's new state, the entry that says why,
 * and who is to be told.
 *
 * @param run id of the run
 * @param decidedOn version of the run that it was decided on; 0: of a run that is made by it
 * @param after where the run stands after it
 * @param timeMillis of the entry, milliseconds since 1970
 * @param actor who
 * @param reason a sentence for people
 * @param event what happened, encoded
 * @param evidence what it was decided on, encoded; empty: a person's word
 * @param judge what the judge keeps after it; empty: as before
 * @param targets which of the plan's notifications tell of it, counted from 0
 */
public record Move(
    String run,
    long decidedOn,
    Standing after,
    long timeMillis,
    String actor,
    String reason,
    ByteString event,
    ByteString evidence,
    Optional<ByteString> judge,
    List<Integer> targets) {
  /** Checks that all is there, and copies. */
  public Move {
    requireNonNull(run, "run");
    requireNonNull(after, "after");
    requireNonNull(actor, "actor");
    requireNonNull(reason, "reason");
    requireNonNull(event, "event");
    requireNonNull(evidence, "evidence");
    requireNonNull(judge, "judge");
    targets = List.copyOf(targets);
    if (decidedOn < 0) {
      throw new IllegalArgumentException("decidedOn: " + decidedOn + " (expected: 0 or more)");
    }
  }

  /** The version that it makes. */
  public long version() {
    return decidedOn + 1;
  }
}
