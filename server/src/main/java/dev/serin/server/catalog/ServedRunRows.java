package dev.serin.server.catalog;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** The rows of what runs serve: one for each time that changed. */
final class ServedRunRows {
  /** Rows fetched at once. */
  private static final int FETCH_ROWS = 500;

  private static final RowMapper<Row> ROW =
      (row, context) -> {
        long staleAfter = row.getLong("stale_after");
        return new Row(
            new ServedRun(
                row.getString("feature"),
                row.getString("split"),
                row.getString("run"),
                ServedRun.Serving.valueOf(row.getString("serving")),
                row.getInt("active") == 1,
                row.getInt("stage"),
                row.getString("treatment"),
                row.getString("control"),
                row.getLong("share_parts"),
                row.getLong("share_of"),
                row.getInt("keep_bucketing") == 1,
                row.getObject("stale_after") == null ? ServedRun.NEVER_STALE : staleAfter,
                metrics(row.getString("metrics"))),
            row.getLong("revision"),
            row.getLong("time"));
      };

  private ServedRunRows() {}

  /** Keys have no space in them. */
  private static List<String> metrics(@Nullable String stored) {
    return stored == null ? List.of() : List.of(stored.split(" ", -1));
  }

  /**
   * What a run serves from a change on.
   *
   * @param revision of the change
   * @param timeMillis of the change, milliseconds since 1970
   */
  record Row(ServedRun run, long revision, long timeMillis) {}

  /** What was written by changes after a revision, oldest first. */
  static void readChangedSince(
      Handle handle, String namespace, long after, Consumer<Row> consumer) {
    handle
        .createQuery(
            """
            SELECT s.feature, s.split, s.run, s.serving, s.active, s.stage, s.treatment, s.control,
              s.share_parts, s.share_of, s.keep_bucketing, s.stale_after, s.metrics, c.revision,
              c.time
            FROM change_set c JOIN served_run s ON s.apply_id = c.apply_id
            WHERE c.namespace = :namespace AND c.revision > :after
            ORDER BY c.revision, s.feature, s.split
            """)
        .bind("namespace", namespace)
        .bind("after", after)
        .setFetchSize(FETCH_ROWS)
        .map(ROW)
        .useIterator(rows -> rows.forEachRemaining(consumer));
  }

  /**
   * How long a replica without news serves treatments of a feature's active runs; empty: for ever,
   * or there is none.
   */
  static Optional<Duration> staleAfter(Handle handle, String namespace, String feature) {
    Map<String, Optional<Long>> bySplit = new HashMap<>();
    handle
        .createQuery(
            """
            SELECT s.split, s.active, s.stale_after
            FROM served_run s JOIN change_set c ON c.apply_id = s.apply_id
            WHERE s.namespace = :namespace AND s.feature = :feature AND c.revision IS NOT NULL
            ORDER BY c.revision
            """)
        .bind("namespace", namespace)
        .bind("feature", feature)
        .map(
            (row, context) -> {
              long millis = row.getLong("stale_after");
              long staleAfter = row.wasNull() ? ServedRun.NEVER_STALE : millis;
              return new SplitStale(row.getString("split"), row.getInt("active") == 1, staleAfter);
            })
        .forEach(
            row ->
                bySplit.put(
                    row.split(), row.active() ? Optional.of(row.millis()) : Optional.empty()));
    List<Long> active = bySplit.values().stream().flatMap(Optional::stream).toList();
    return active.isEmpty() || active.contains(ServedRun.NEVER_STALE)
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Collections.max(active)));
  }

  private record SplitStale(String split, boolean active, long millis) {}

  static void insert(Handle handle, TakenRevision taken, ServedRun run) {
    boolean never = run.staleAfterMillis() == ServedRun.NEVER_STALE;
    handle
        .createUpdate(
            """
            INSERT INTO served_run (apply_id, namespace, feature, split, run, serving, active,
              stage, treatment, control, share_parts, share_of, keep_bucketing, stale_after,
              metrics)
            VALUES (:apply_id, :namespace, :feature, :split, :run, :serving, :active, :stage,
              :treatment, :control, :share_parts, :share_of, :keep_bucketing, :stale_after,
              :metrics)
            """)
        .bind("apply_id", taken.applyId())
        .bind("namespace", taken.namespace())
        .bind("feature", run.feature())
        .bind("split", run.split())
        .bind("run", run.run())
        .bind("serving", run.serving().name())
        .bind("active", run.active() ? 1 : 0)
        .bind("stage", run.stage())
        .bind("treatment", run.treatment())
        .bind("control", run.control())
        .bind("share_parts", run.shareParts())
        .bind("share_of", run.shareOf())
        .bind("keep_bucketing", run.keepBucketing() ? 1 : 0)
        .bind("stale_after", never ? null : (Long) run.staleAfterMillis())
        .bind("metrics", run.metrics().isEmpty() ? null : String.join(" ", run.metrics()))
        .execute();
  }
}
