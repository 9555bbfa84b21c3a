package dev.serin.server.catalog;

import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The rows of counting periods: one for each that a change begins, or ends for good. */
final class PeriodRows {
  /** Rows fetched at once. */
  private static final int FETCH_ROWS = 500;

  /** Between the keys of variants, which have none in them. */
  private static final String SEPARATOR = " ";

  private static final RowMapper<Row> ROW =
      (row, context) ->
          new Row(
              row.getString("feature"),
              new PeriodStart(
                  row.getString("split"),
                  row.getString("unit"),
                  variants(row.getString("variants")),
                  earlier(row.getString("earlier_unit"), row.getString("earlier_variants"))),
              row.getLong("revision"),
              row.getLong("time"));

  private PeriodRows() {}

  /**
   * What a change did to the counting periods of a feature.
   *
   * @param revision of the change
   * @param timeMillis of the change, milliseconds since 1970
   */
  record Row(String feature, PeriodStart start, long revision, long timeMillis) {}

  /** What changes after a revision did, oldest first. */
  static void readChangedSince(
      Handle handle, String namespace, long after, Consumer<Row> consumer) {
    handle
        .createQuery(
            """
            SELECT p.feature, p.split, p.unit, p.variants, p.earlier_unit, p.earlier_variants,
              c.revision, c.time
            FROM change_set c JOIN split_period p ON p.apply_id = c.apply_id
            WHERE c.namespace = :namespace AND c.revision > :after
            ORDER BY c.revision, p.seq, p.split
            """)
        .bind("namespace", namespace)
        .bind("after", after)
        .setFetchSize(FETCH_ROWS)
        .map(ROW)
        .useIterator(rows -> rows.forEachRemaining(consumer));
  }

  static PreparedBatch inserts(Handle handle) {
    return handle.prepareBatch(
        """
        INSERT INTO split_period
          (apply_id, seq, feature, split, unit, variants, earlier_unit, earlier_variants)
        VALUES
          (:apply_id, :seq, :feature, :split, :unit, :variants, :earlier_unit, :earlier_variants)
        """);
  }

  static void add(PreparedBatch batch, long applyId, Slices.PeriodRow row) {
    PeriodStart.Earlier earlier = row.start().earlier();
    batch
        .bind("apply_id", applyId)
        .bind("seq", row.seq())
        .bind("feature", row.feature())
        .bind("split", row.start().split())
        .bind("unit", row.start().unit())
        .bind("variants", stored(row.start().variants()))
        .bind("earlier_unit", earlier == null ? null : earlier.unit())
        .bind("earlier_variants", earlier == null ? null : stored(earlier.variants()))
        .add();
  }

  /** Variants as they are stored. */
  static String stored(List<String> variants) {
    return String.join(SEPARATOR, variants);
  }

  private static PeriodStart.@Nullable Earlier earlier(
      @Nullable String unit, @Nullable String variants) {
    return unit == null || variants == null
        ? null
        : new PeriodStart.Earlier(unit, variants(variants));
  }

  private static List<String> variants(String stored) {
    return stored.isEmpty() ? List.of() : List.of(stored.split(SEPARATOR, -1));
  }
}
