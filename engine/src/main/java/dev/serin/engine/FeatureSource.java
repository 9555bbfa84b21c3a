package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Feature;
import dev.serin.v1.Split;
import java.util.ArrayList;
import java.util.List;

/**
 * One feature with its run state: all that its answers depend on besides the documents it names.
 *
 * @param document the feature
 * @param revision namespace revision at which the document or its live ranges last changed
 * @param killed true: the kill switch is set
 * @param runs the runs of its splits, at most one for each split
 * @param periods the counting periods of its splits that outcomes may still come for, newest first:
 *     the current ones, and those that ended a short time ago, also of splits that are gone. A
 *     split without one has the period 0
 * @param endedRuns the runs that ended and that outcomes may still come for, newest first: those
 *     that ended a short time ago, and those that decide what their splits serve
 */
public record FeatureSource(
    Feature document,
    long revision,
    boolean killed,
    List<LiveRun> runs,
    List<SplitPeriod> periods,
    List<EndedRun> endedRuns) {
  /** Copies the lists. */
  public FeatureSource {
    requireNonNull(document, "document");
    runs = List.copyOf(runs);
    periods = List.copyOf(periods);
    endedRuns = List.copyOf(endedRuns);
  }

  /** A feature none of whose runs has ended. */
  public FeatureSource(
      Feature document,
      long revision,
      boolean killed,
      List<LiveRun> runs,
      List<SplitPeriod> periods) {
    this(document, revision, killed, runs, periods, List.of());
  }

  /** A feature all of whose splits have the period 0. */
  public FeatureSource(Feature document, long revision, boolean killed, List<LiveRun> runs) {
    this(document, revision, killed, runs, List.of());
  }

  /**
   * Returns the counting periods of a split, newest first: the current one, if the feature has such
   * a split, then those that ended a short time ago.
   */
  List<SplitPeriod> periods(String split) {
    List<SplitPeriod> found = new ArrayList<>();
    for (SplitPeriod period : periods) {
      if (period.split().equals(split)) {
        found.add(period);
      }
    }
    if (found.stream().noneMatch(SplitPeriod::isCurrent)) {
      for (Split candidate : document.getSplitsList()) {
        if (candidate.getId().equals(split)) {
          found.add(0, SplitPeriod.of(candidate, 0));
        }
      }
    }
    return found;
  }

  /** Returns the revision that the current period of a split began with; 0: none is known. */
  long period(String split) {
    for (SplitPeriod period : periods) {
      if (period.isCurrent() && period.split().equals(split)) {
        return period.revision();
      }
    }
    return 0;
  }
}
