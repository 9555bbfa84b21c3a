package dev.serin.server.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a run of a rollout serves of its split from one revision on, and whether it owns the split.
 *
 * <p>It holds until the next one of the split, or until a change of the feature's document begins a
 * new counting period of the split: then the document's weights serve again.
 *
 * @param feature key of the feature
 * @param split id of the split
 * @param run id of the run
 * @param serving what is served
 * @param active true: the run owns its split, and what leads there may not be changed; false: it is
 *     over
 * @param stage number of its stage from 1; 0: none yet
 * @param treatment key of the variant that is rolled out
 * @param control key of the variant it is compared with
 * @param shareParts the treatment's share in parts of {@code shareOf}, 0 or more
 * @param shareOf what the share is a part of, 1 to 1 000 000 000
 * @param keepBucketing true: units are drawn with the split's salt; false: with the run's own
 * @param staleAfterMillis silence after which a holder serves the control instead of the treatment,
 *     in milliseconds, 0 or more; {@link #NEVER_STALE}: never
 * @param metrics keys of the metrics that it judges, each once
 */
public record ServedRun(
    String feature,
    String split,
    String run,
    Serving serving,
    boolean active,
    int stage,
    String treatment,
    String control,
    long shareParts,
    long shareOf,
    boolean keepBucketing,
    long staleAfterMillis,
    List<String> metrics) {
  /** A treatment that is served however long a holder has heard nothing. */
  public static final long NEVER_STALE = Long.MAX_VALUE;

  private static final long MAX_SHARE_OF = 1_000_000_000;

  /** What a run serves of its split. */
  public enum Serving {
    /** What the document says: the run waits before its first stage, or was cancelled there. */
    WAITING,
    /** The ranges of its stage. */
    RUNNING,
    /** The treatment for all. */
    COMPLETED,
    /** The control for all; active: not all holders are known to serve it yet. */
    ROLLED_BACK
  }

  /** Checks the ranges of the numbers, and that all is there; copies. */
  public ServedRun {
    requireNonNull(feature, "feature");
    requireNonNull(split, "split");
    requireNonNull(run, "run");
    requireNonNull(serving, "serving");
    requireNonNull(treatment, "treatment");
    requireNonNull(control, "control");
    require(stage >= 0, "stage: " + stage + " (expected: 0 or more)");
    require(
        shareOf >= 1 && shareOf <= MAX_SHARE_OF,
        "shareOf: " + shareOf + " (expected: 1 to " + MAX_SHARE_OF + ")");
    require(
        shareParts >= 0 && shareParts <= shareOf,
        "shareParts: " + shareParts + " (expected: 0 to " + shareOf + ")");
    require(
        staleAfterMillis >= 0, "staleAfterMillis: " + staleAfterMillis + " (expected: 0 or more)");
    metrics = List.copyOf(metrics);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Returns this run, having reached a stage. */
  ServedRun atStage(int reached) {
    return new ServedRun(
        feature,
        split,
        run,
        serving,
        active,
        reached,
        treatment,
        control,
        shareParts,
        shareOf,
        keepBucketing,
        staleAfterMillis,
        metrics);
  }
}
