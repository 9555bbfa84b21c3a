package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * Where a run stands.
 *
 * @param phase name of the machine's phase
 * @param stage from 1; 0: none yet
 * @param active whether the run owns its split; false: it is over
 * @param state the machine's state, encoded
 */
public record Standing(String phase, int stage, boolean active, ByteString state) {
  /** Checks that all is there. */
  public Standing {
    requireNonNull(phase, "phase");
    requireNonNull(state, "state");
    if (stage < 0) {
      throw new IllegalArgumentException("stage: " + stage + " (expected: 0 or more)");
    }
  }
}
