package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * An entry of a run's log as far as it says where the run stands: without its evidence, which is
 * large.
 *
 * @param timeMillis milliseconds since 1970
 * @param phase name of the phase after it
 * @param stage after it; 0: none yet
 * @param event what happened, encoded
 */
public record StoredMoment(long timeMillis, String phase, int stage, ByteString event) {
  /** Checks that all is there. */
  public StoredMoment {
    requireNonNull(phase, "phase");
    requireNonNull(event, "event");
  }
}
