package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * What the judge keeps of a look that moved nothing.
 *
 * @param run id of the run
 * @param version of the run at the look
 * @param judge what it keeps, encoded
 */
public record KeptJudge(String run, long version, ByteString judge) {
  /** Checks that all is there. */
  public KeptJudge {
    requireNonNull(run, "run");
    requireNonNull(judge, "judge");
  }
}
