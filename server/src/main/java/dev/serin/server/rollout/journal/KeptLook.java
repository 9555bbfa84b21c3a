package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether a run is looked at with all others, as its row is to say.
 *
 * @param run id of the run
 * @param looked when it was last looked at, by the clock of the log; empty: with all others
 */
public record KeptLook(String run, Optional<Instant> looked) {
  /** Checks that all is there. */
  public KeptLook {
    requireNonNull(run, "run");
    requireNonNull(looked, "looked");
  }
}
