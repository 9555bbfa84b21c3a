package dev.serin.server.catalog;

import dev.serin.server.store.Database;
import java.util.HashMap;
import java.util.Map;

/**
 * When the runs of a namespace ended. Taken from the history, which is kept for ever; snapshots
 * know the newest only. Immutable.
 */
public final class RunEnds {
  /** A run that has not ended, or that nobody knows. */
  public static final long NOT_ENDED = Long.MAX_VALUE;

  private final Map<String, Long> ends = new HashMap<>();

  private RunEnds() {}

  /** Reads the history of a namespace; empty where there is no such namespace. */
  public static RunEnds read(Database database, String namespace) {
    RunEnds ends = new RunEnds();
    return database.read(
        handle -> {
          ServedRunRows.readChangedSince(handle, namespace, 0, ends::add);
          return ends;
        });
  }

  private void add(ServedRunRows.Row row) {
    if (!row.run().active()) {
      ends.putIfAbsent(row.run().run(), row.timeMillis());
    }
  }

  /** Returns when a run ended, in milliseconds since 1970; {@link #NOT_ENDED}: it has not. */
  public long endMillis(String run) {
    return ends.getOrDefault(run, NOT_ENDED);
  }
}
