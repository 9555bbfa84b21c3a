package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;

/**
 * What of a feature is compared: a run or one of its stages, or a counting period of a split.
 *
 * @param split id of the split
 * @param run id of the run; empty: none
 * @param stage stage of the run, from 1; 0: all of them, or no run
 * @param period the counting period; 0 for a run
 */
record Scope(String split, String run, int stage, long period) {
  boolean holds(Place place) {
    return place.split().equals(split)
        && place.run().equals(run)
        && place.period() == period
        && (stage == 0 || place.stage() == stage);
  }

  boolean isRun() {
    return !run.isEmpty();
  }

  /** Whether a place in it is evidence for means: the others are shown, not compared. */
  boolean isCompared(Place place) {
    return !place.afterEnd()
        && (isRun()
            ? place.arm() == Arm.ARM_TREATMENT || place.arm() == Arm.ARM_CONTROL
            : place.arm() == Arm.ARM_SPLIT);
  }
}
