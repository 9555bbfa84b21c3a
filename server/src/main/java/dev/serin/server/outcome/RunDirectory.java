package dev.serin.server.outcome;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Who knows the runs that tokens may name. What it answers changes with the namespace's snapshot
 * only, so that it may be kept for as long. Safe for all threads; must not wait.
 */
public interface RunDirectory {
  /** A run that is open. */
  long OPEN = 0;

  /**
   * A run.
   *
   * @param treatment key of the variant that it rolls out
   * @param control key of the variant it is compared with
   * @param stage the highest stage it has reached
   * @param endRevision namespace revision that it ended with; {@link #NO_REVISION}: it has not
   * @param endedMillis when it ended, in milliseconds since 1970; {@link #OPEN}: it has not
   * @param serving whether its split serves what it says, be it open or what it left at its end
   */
  record KnownRun(
      String treatment,
      String control,
      int stage,
      long endRevision,
      long endedMillis,
      boolean serving) {
    /** Later than any. */
    static final long NO_REVISION = Long.MAX_VALUE;

    /** Checks that all parts are there. */
    public KnownRun {
      requireNonNull(treatment, "treatment");
      requireNonNull(control, "control");
    }

    boolean isEnded() {
      return endedMillis != OPEN;
    }
  }

  /** The run of a split; null: there is none of this id. */
  @Nullable KnownRun find(String namespace, String feature, String split, String run);
}
