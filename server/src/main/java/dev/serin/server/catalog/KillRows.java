package dev.serin.server.catalog;

import dev.serin.v1.ChangeSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The rows of kill switches: one for each time one was set or lifted. */
final class KillRows {
  private static final RowMapper<Kill> KILL =
      (row, context) ->
          new Kill(
              row.getString("feature"),
              row.getInt("killed") == 1,
              row.getLong("revision"),
              new Note(row.getString("actor"), row.getString("reason")),
              VersionRows.source(row.getInt("source")),
              row.getLong("time"));

  private static final String SELECT =
      """
      SELECT k.feature, k.killed, c.revision, c.actor, c.reason, c.source, c.time
      FROM kill_switch k JOIN change_set c ON c.apply_id = k.apply_id
      """;

  private KillRows() {}

  /** A kill switch that was set or lifted. */
  record Kill(
      String feature,
      boolean killed,
      long revision,
      Note note,
      ChangeSource source,
      long timeMillis) {}

  /** What was set or lifted after a revision, oldest first. */
  static List<Kill> changedSince(Handle handle, String namespace, long after) {
    return handle
        .createQuery(
            SELECT + "WHERE c.namespace = :namespace AND c.revision > :after ORDER BY c.revision")
        .bind("namespace", namespace)
        .bind("after", after)
        .map(KILL)
        .list();
  }

  /** Whether a feature's kill switch is set. */
  static boolean isKilled(Handle handle, String namespace, String feature) {
    Optional<Kill> newest =
        handle
            .createQuery(
                SELECT
                    + """
                    WHERE k.namespace = :namespace AND k.feature = :feature
                      AND c.revision IS NOT NULL
                    ORDER BY c.revision DESC LIMIT 1
                    """)
            .bind("namespace", namespace)
            .bind("feature", feature)
            .map(KILL)
            .findOne();
    return newest.isPresent() && newest.get().killed();
  }

  /**
   * What was set or lifted before a revision, newest first.
   *
   * @param feature only this feature's; null: all
   */
  static List<Kill> before(
      Handle handle, String namespace, @Nullable String feature, long revision, int limit) {
    Query query =
        handle
            .createQuery(
                SELECT
                    + "WHERE c.namespace = :namespace AND c.revision < :revision "
                    + (feature == null ? "" : "AND k.feature = :feature ")
                    + "ORDER BY c.revision DESC LIMIT :limit")
            .bind("namespace", namespace)
            .bind("revision", revision)
            .bind("limit", limit);
    if (feature != null) {
      query.bind("feature", feature);
    }
    return query.map(KILL).list();
  }

  static void insert(
      Handle handle, long applyId, String namespace, String feature, boolean killed) {
    handle
        .createUpdate(
            """
            INSERT INTO kill_switch (apply_id, namespace, feature, killed)
            VALUES (:apply_id, :namespace, :feature, :killed)
            """)
        .bind("apply_id", applyId)
        .bind("namespace", namespace)
        .bind("feature", feature)
        .bind("killed", killed ? 1 : 0)
        .execute();
  }
}
