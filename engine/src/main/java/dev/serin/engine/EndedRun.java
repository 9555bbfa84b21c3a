package dev.serin.engine;

import static java.util.Objects.requireNonNull;

/**
 * A run of a rollout that is over, for those who report outcomes of what it served.
 *
 * @param split id of the split it moved
 * @param runId id of the run
 * @param stage the highest stage it reached, from 1; 0: none
 * @param treatment key of the variant that was rolled out
 * @param control key of the variant it was compared with
 * @param revision namespace revision that it ended with
 * @param endedMillis when it ended, milliseconds since 1970
 */
public record EndedRun(
    String split,
    String runId,
    int stage,
    String treatment,
    String control,
    long revision,
    long endedMillis) {
  /** Checks that all parts are there. */
  public EndedRun {
    requireNonNull(split, "split");
    requireNonNull(runId, "runId");
    requireNonNull(treatment, "treatment");
    requireNonNull(control, "control");
  }
}
