package dev.serin.server.rollout.journal;

import com.google.protobuf.ByteString;
import dev.serin.server.store.Dialect;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.SqlStatement;

/** The rows of runs. */
final class RunRows {
  private static final String SELECT =
      """
      SELECT run, namespace, rollout, number, feature, split, documents, active, version, time,
        phase, stage, state, judge, looked
      FROM rollout_run
      """;

  private static final RowMapper<StoredRun> RUN =
      (row, context) ->
          new StoredRun(
              new RunOrigin(
                  row.getString("run"),
                  row.getString("namespace"),
                  row.getString("rollout"),
                  row.getString("feature"),
                  row.getString("split"),
                  ByteString.copyFrom(row.getBytes("documents"))),
              row.getLong("number"),
              row.getLong("version"),
              row.getLong("time"),
              new Standing(
                  row.getString("phase"),
                  row.getInt("stage"),
                  row.getInt("active") == 1,
                  ByteString.copyFrom(row.getBytes("state"))),
              ByteString.copyFrom(row.getBytes("judge")),
              LeaseRows.instant(row, "looked"));

  private RunRows() {}

  /** Makes a run as its first entry leaves it; false: its split has an active one, or it exists. */
  static boolean insert(Handle handle, RunOrigin origin, Move first) {
    return bound(
                handle.createUpdate(
                    """
                    INSERT INTO rollout_run (run, namespace, rollout, number, feature, split,
                      documents, active, version, time, phase, stage, state, judge)
                    SELECT :run, :namespace, :rollout, COALESCE(MAX(number), 0) + 1, :feature,
                      :split, :documents, :active, :version, :time, :phase, :stage, :state, :judge
                    FROM rollout_run WHERE namespace = :namespace AND rollout = :rollout
                    ON CONFLICT DO NOTHING
                    """),
                first)
            .bind("namespace", origin.namespace())
            .bind("rollout", origin.rollout())
            .bind("feature", origin.feature())
            .bind("split", origin.split())
            .bind("documents", origin.documents().toByteArray())
            .bind("judge", first.judge().orElse(ByteString.EMPTY).toByteArray())
            .execute()
        == 1;
  }

  /** Brings a run to its next version; false: it has another one than the move is decided on. */
  static boolean advance(Handle handle, Move move) {
    return bound(
                handle.createUpdate(
                    """
                    UPDATE rollout_run
                    SET active = :active, version = :version, time = :time, phase = :phase,
                      stage = :stage, state = :state, judge = COALESCE(:judge, judge)
                    WHERE run = :run AND version = :decided_on AND active = 1
                    """),
                move)
            .bind("decided_on", move.decidedOn())
            .bind("judge", move.judge().map(ByteString::toByteArray).orElse(null))
            .execute()
        == 1;
  }

  private static <S extends SqlStatement<S>> S bound(S statement, Move move) {
    return statement
        .bind("run", move.run())
        .bind("active", move.after().active() ? 1 : 0)
        .bind("version", move.version())
        .bind("time", move.timeMillis())
        .bind("phase", move.after().phase())
        .bind("stage", move.after().stage())
        .bind("state", move.after().state().toByteArray());
  }

  /** Keeps what a look left; nothing where the run has moved since. */
  static void keep(Handle handle, KeptJudge kept) {
    handle
        .createUpdate(
            "UPDATE rollout_run SET judge = :judge WHERE run = :run AND version = :version")
        .bind("judge", kept.judge().toByteArray())
        .bind("run", kept.run())
        .bind("version", kept.version())
        .execute();
  }

  /** Keeps whether a run is looked at with all others, whoever has moved it since. */
  static void keep(Handle handle, KeptLook kept) {
    handle
        .createUpdate("UPDATE rollout_run SET looked = :looked WHERE run = :run")
        .bind("looked", kept.looked().map(Instant::toEpochMilli).orElse(null))
        .bind("run", kept.run())
        .execute();
  }

  /** Whether a run has a version, and keeps it until this transaction ends. */
  static boolean isAt(Handle handle, Dialect dialect, String run, long version) {
    return handle
        .createQuery(
            "SELECT 1 FROM rollout_run WHERE run = :run AND version = :version"
                + (dialect == Dialect.POSTGRESQL ? " FOR SHARE" : ""))
        .bind("run", run)
        .bind("version", version)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  static Optional<StoredRun> find(Handle handle, String run) {
    return handle.createQuery(SELECT + "WHERE run = :run").bind("run", run).map(RUN).findOne();
  }

  static Optional<StoredRun> newest(Handle handle, String namespace, String rollout) {
    return handle
        .createQuery(
            SELECT
                + """
                WHERE namespace = :namespace AND rollout = :rollout ORDER BY number DESC LIMIT 1
                """)
        .bind("namespace", namespace)
        .bind("rollout", rollout)
        .map(RUN)
        .findOne();
  }

  /** The newest run of each rollout that comes after a key, in order of the keys. */
  static List<StoredRun> newestOf(Handle handle, String namespace, String after, int limit) {
    return handle
        .createQuery(
            SELECT
                + """
                WHERE namespace = :namespace AND rollout > :after
                  AND number = (SELECT MAX(newer.number) FROM rollout_run newer
                    WHERE newer.namespace = rollout_run.namespace
                      AND newer.rollout = rollout_run.rollout)
                ORDER BY rollout LIMIT :limit
                """)
        .bind("namespace", namespace)
        .bind("after", after)
        .bind("limit", limit)
        .map(RUN)
        .list();
  }

  /** Runs on a feature that are active, or were at some time, by rollout, then by number. */
  static List<String> onFeature(Handle handle, String namespace, String feature, long sinceMillis) {
    return handle
        .createQuery(
            """
            SELECT run FROM rollout_run
            WHERE namespace = :namespace AND feature = :feature AND (active = 1 OR time >= :since)
            ORDER BY rollout, number
            """)
        .bind("namespace", namespace)
        .bind("feature", feature)
        .bind("since", sinceMillis)
        .mapTo(String.class)
        .list();
  }

  static Optional<StoredRun> numbered(
      Handle handle, String namespace, String rollout, long number) {
    return handle
        .createQuery(
            SELECT
                + """
                WHERE namespace = :namespace AND rollout = :rollout AND number = :number
                """)
        .bind("namespace", namespace)
        .bind("rollout", rollout)
        .bind("number", number)
        .map(RUN)
        .findOne();
  }

  /** The active run that owns a split. */
  static Optional<String> owner(Handle handle, RunOrigin of) {
    return handle
        .createQuery(
            """
            SELECT run FROM rollout_run
            WHERE namespace = :namespace AND feature = :feature AND split = :split AND active = 1
            """)
        .bind("namespace", of.namespace())
        .bind("feature", of.feature())
        .bind("split", of.split())
        .mapTo(String.class)
        .findOne();
  }

  /** Versions of all active runs, by id. */
  static Map<String, Long> activeVersions(Handle handle) {
    Map<String, Long> versions = new TreeMap<>();
    handle
        .createQuery("SELECT run, version FROM rollout_run WHERE active = 1")
        .map((row, context) -> Map.entry(row.getString("run"), row.getLong("version")))
        .forEach(entry -> versions.put(entry.getKey(), entry.getValue()));
    return versions;
  }

  /** Runs by id, those that are there. */
  static List<StoredRun> of(Handle handle, List<String> runs) {
    return runs.stream().flatMap(run -> find(handle, run).stream()).toList();
  }
}
