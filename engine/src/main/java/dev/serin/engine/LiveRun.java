package dev.serin.engine;

import static java.util.Objects.requireNonNull;

/**
 * The run state of one split: what a rollout serves at this moment instead of the document's
 * weights.
 *
 * @param split id of the split it moves
 * @param runId id of the run
 * @param stage number of its stage, 0 or more
 * @param treatment key of the variant that is rolled out
 * @param control key of the variant it is compared with
 * @param shareParts the treatment's share in parts of {@code shareOf}
 * @param shareOf what the share is a part of, 1 to 1 000 000 000
 * @param keepBucketing true: units are drawn with the split's salt; false: with the run's own
 * @param phase what the run does
 * @param staleAfterMillis silence after which a holder serves the control instead of the treatment,
 *     in milliseconds; {@link #NEVER_STALE}: never
 */
public record LiveRun(
    String split,
    String runId,
    int stage,
    String treatment,
    String control,
    long shareParts,
    long shareOf,
    boolean keepBucketing,
    RunPhase phase,
    long staleAfterMillis) {
  /** A run whose treatment is served however long the holder has heard nothing. */
  public static final long NEVER_STALE = Long.MAX_VALUE;

  /** Checks the ranges of the numbers. */
  public LiveRun {
    requireNonNull(split, "split");
    requireNonNull(runId, "runId");
    requireNonNull(treatment, "treatment");
    requireNonNull(control, "control");
    requireNonNull(phase, "phase");
    require(stage >= 0, "stage: " + stage + " (expected: 0 or more)");
    require(
        shareOf >= 1 && shareOf <= Limits.MAX_TOTAL,
        "shareOf: " + shareOf + " (expected: 1 to " + Limits.MAX_TOTAL + ")");
    require(
        shareParts >= 0 && shareParts <= shareOf,
        "shareParts: " + shareParts + " (expected: 0 to " + shareOf + ")");
    require(
        staleAfterMillis >= 0, "staleAfterMillis: " + staleAfterMillis + " (expected: 0 or more)");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
