package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Optional;

/**
 * A run as the store has it.
 *
 * @param origin what it is of
 * @param number which of its rollout's runs it is, from 1
 * @param version entries in its log; what every change of it is checked against
 * @param timeMillis time of its last entry, milliseconds since 1970
 * @param standing where it stands
 * @param judge what the judge kept of its looks; empty: nothing yet
 * @param looked when it was last looked at, by the clock of the log, where the holder of the lease
 *     cannot look at it; empty: with all others
 */
public record StoredRun(
    RunOrigin origin,
    long number,
    long version,
    long timeMillis,
    Standing standing,
    ByteString judge,
    Optional<Instant> looked) {
  /** Checks that all is there. */
  public StoredRun {
    requireNonNull(origin, "origin");
    requireNonNull(standing, "standing");
    requireNonNull(judge, "judge");
    requireNonNull(looked, "looked");
  }
}
