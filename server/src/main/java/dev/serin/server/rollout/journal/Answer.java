package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

/**
 * What a request was answered.
 *
 * @param run id of the run
 * @param version of the run: that the command made, else that it was answered on
 * @param outcome what the command did
 * @param because why it did nothing; empty where it moved the run: its entry says why
 */
public record Answer(String run, long version, Outcome outcome, String because) {
  /** What a command did. The names are stored. */
  public enum Outcome {
    /** The run moved. */
    MOVED,
    /** Nothing, and nothing was wrong. */
    STAYED,
    /** Nothing: the state does not allow it. */
    REFUSED
  }

  /** Checks that all is there. */
  public Answer {
    requireNonNull(run, "run");
    requireNonNull(outcome, "outcome");
    requireNonNull(because, "because");
  }
}
