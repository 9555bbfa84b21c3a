package dev.serin.server.catalog;

import dev.serin.engine.SplitPeriod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The counting periods of a feature that outcomes may still come for, newest first. Pure: the same
 * changes in the same order leave the same periods, on every replica, whenever it began to read.
 */
final class FeaturePeriods {
  /**
   * Time for which an ended period is known: outcomes are taken for 7 days, and clocks differ. It
   * is counted back from the feature's newest change of periods, not from now, so that what is
   * known is the same everywhere; what is known longer than needed does no harm.
   */
  static final Duration KEPT = Duration.ofDays(8);

  /**
   * Ended periods of a feature that are known: bounds what a split costs whose weights something
   * changes every minute. Outcomes of older ones are refused.
   */
  static final int MAX_ENDED = 1_000;

  private FeaturePeriods() {}

  /** The periods after a change that came after all that is held. */
  static List<SplitPeriod> after(List<SplitPeriod> held, PeriodRows.Row row) {
    PeriodStart start = row.start();
    if (start.equals(PeriodStart.FEATURE_DELETED)) {
      return List.of();
    }
    List<SplitPeriod> periods = new ArrayList<>();
    if (!start.variants().isEmpty()) {
      periods.add(
          new SplitPeriod(
              start.split(),
              row.revision(),
              start.unit(),
              start.variants(),
              SplitPeriod.NOT_ENDED));
    }
    long keptFrom = row.timeMillis() - KEPT.toMillis();
    int ended = 0;
    PeriodStart.Earlier earlier = start.earlier();
    if (earlier != null && held.stream().noneMatch(period -> isCurrent(period, start))) {
      // No row began what this one ends: the split is older than they are.
      ended++;
      periods.add(
          new SplitPeriod(start.split(), 0, earlier.unit(), earlier.variants(), row.timeMillis()));
    }
    for (SplitPeriod period : held) {
      SplitPeriod now = isCurrent(period, start) ? period.endedAt(row.timeMillis()) : period;
      if (now.isCurrent() || (now.endedMillis() >= keptFrom && ++ended <= MAX_ENDED)) {
        periods.add(now);
      }
    }
    return List.copyOf(periods);
  }

  private static boolean isCurrent(SplitPeriod period, PeriodStart start) {
    return period.isCurrent() && period.split().equals(start.split());
  }
}
