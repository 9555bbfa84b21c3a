package dev.serin.server.catalog;

import dev.serin.engine.SplitPeriod;
import dev.serin.server.store.Database;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * When the counting periods of a namespace ended: with the next change of the split's periods, or
 * with the deletion of its feature. Taken from the history, which is kept for ever; snapshots know
 * the newest only. Immutable.
 */
public final class PeriodEnds {
  /** For each split the changes of its periods: their times by revision. */
  private final Map<SplitName, NavigableMap<Long, Long>> changes = new HashMap<>();

  /** Split of a feature; empty: all of them, the feature was deleted. */
  private record SplitName(String feature, String split) {}

  private PeriodEnds() {}

  /** Reads the history of a namespace; empty where there is no such namespace. */
  public static PeriodEnds read(Database database, String namespace) {
    PeriodEnds ends = new PeriodEnds();
    return database.read(
        handle -> {
          PeriodRows.readChangedSince(handle, namespace, 0, ends::add);
          return ends;
        });
  }

  private void add(PeriodRows.Row row) {
    changes
        .computeIfAbsent(new SplitName(row.feature(), row.start().split()), name -> new TreeMap<>())
        .put(row.revision(), row.timeMillis());
  }

  /**
   * Returns when a period ended, in milliseconds since 1970; {@link SplitPeriod#NOT_ENDED}: it has
   * not.
   *
   * @param period revision it began with; 0: it is older than periods are
   */
  public long endMillis(String feature, String split, long period) {
    return Math.min(
        after(new SplitName(feature, split), period),
        after(new SplitName(feature, PeriodStart.FEATURE_DELETED.split()), period));
  }

  private long after(SplitName name, long period) {
    Map.Entry<Long, Long> next = changes.getOrDefault(name, new TreeMap<>()).higherEntry(period);
    return next == null ? SplitPeriod.NOT_ENDED : next.getValue();
  }
}
