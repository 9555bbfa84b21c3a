package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Dialect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** The rows of replicas. */
final class ReplicaRows {
  private static final int LIVE = 1;
  private static final int RETIRED = 2;

  /** Longest {@code stale_after} of a rollout. */
  private static final Duration AWAITED = Duration.ofDays(1);

  private static final String COLUMNS =
      "incarnation, name, state, flush_number, folded_number, removed_number";

  private static final RowMapper<ReplicaRow> ROW =
      (row, context) ->
          new ReplicaRow(
              row.getLong("incarnation"),
              row.getString("name"),
              row.getInt("state") == LIVE,
              row.getLong("flush_number"),
              row.getLong("folded_number"),
              row.getLong("removed_number"));

  private final boolean shared;
  private final String clock;

  ReplicaRows(Dialect dialect) {
    shared = dialect == Dialect.POSTGRESQL;
    clock = dialect.clockMillis();
  }

  /** Makes the row of a process that begins. */
  void insert(Handle handle, long incarnation, String name) {
    handle
        .createUpdate(
            """
            INSERT INTO outcome_replica (incarnation, name, owner, state, flush_number,
              folded_number, removed_number, watermark, started, renewed)
            VALUES (:me, :name, :me, 1, 0, 0, 0, NULL, %1$s, %1$s)
            """
                .formatted(clock))
        .bind("me", incarnation)
        .bind("name", name)
        .execute();
  }

  /** All that are there, by incarnation. */
  List<ReplicaRow> all(Handle handle) {
    return handle
        .createQuery("SELECT " + COLUMNS + " FROM outcome_replica ORDER BY incarnation")
        .map(ROW)
        .list();
  }

  /** Those whose deltas a replica folds: itself, and those it retired. */
  List<ReplicaRow> ownedBy(Handle handle, long owner) {
    return handle
        .createQuery(
            "SELECT " + COLUMNS + " FROM outcome_replica WHERE owner = :owner ORDER BY incarnation")
        .bind("owner", owner)
        .map(ROW)
        .list();
  }

  /**
   * A row that no other transaction changes until this one ends. A commit that is on its way holds
   * it, so that what is read is final.
   */
  Optional<ReplicaRow> locked(Handle handle, long incarnation) {
    return handle
        .createQuery(
            "SELECT " + COLUMNS + " FROM outcome_replica WHERE incarnation = :me" + lock("UPDATE"))
        .bind("me", incarnation)
        .map(ROW)
        .findOne();
  }

  /**
   * Whether a replica may still act; if so, nobody retires it until this transaction ends, while
   * its own flushes go on.
   */
  boolean isLive(Handle handle, long incarnation) {
    return handle
        .createQuery(
            "SELECT state FROM outcome_replica WHERE incarnation = :me" + lock("KEY SHARE"))
        .bind("me", incarnation)
        .mapTo(Integer.class)
        .findOne()
        .filter(state -> state == LIVE)
        .isPresent();
  }

  private String lock(String strength) {
    return shared ? " FOR " + strength : "";
  }

  /** Moves the flush number from the one before to this; false: it is not there, or retired. */
  boolean advance(Handle handle, long incarnation, long number, @Nullable Long watermark) {
    return handle
            .createUpdate(
                """
                UPDATE outcome_replica
                SET flush_number = :number, watermark = :watermark, renewed = %s
                WHERE incarnation = :me AND state = 1 AND flush_number = :number - 1
                """
                    .formatted(clock))
            .bind("number", number)
            .bind("watermark", watermark)
            .bind("me", incarnation)
            .execute()
        == 1;
  }

  /** Says that a replica lives; false: it was retired. */
  boolean renew(Handle handle, long incarnation, @Nullable Long watermark) {
    return handle
            .createUpdate(
                """
                UPDATE outcome_replica SET renewed = %s, watermark = :watermark
                WHERE incarnation = :me AND state = 1
                """
                    .formatted(clock))
            .bind("watermark", watermark)
            .bind("me", incarnation)
            .execute()
        == 1;
  }

  /** Says that a replica's process ends, so that others may retire it at once. */
  void leave(Handle handle, long incarnation) {
    handle
        .createUpdate(
            "UPDATE outcome_replica SET renewed = 0 WHERE incarnation = :me AND state = 1")
        .bind("me", incarnation)
        .execute();
  }

  /** Live ones other than this that have not renewed for so long. */
  List<Long> silent(Handle handle, long me, Duration limit) {
    return handle
        .createQuery(
            """
            SELECT incarnation FROM outcome_replica
            WHERE state = 1 AND incarnation <> :me AND renewed < %s - :limit
            ORDER BY incarnation
            """
                .formatted(clock))
        .bind("me", me)
        .bind("limit", limit.toMillis())
        .mapTo(Long.class)
        .list();
  }

  /**
   * A silent replica, locked; empty: it has renewed meanwhile, was retired, or somebody else holds
   * it.
   */
  Optional<ReplicaRow> lockedIfSilent(Handle handle, long incarnation, Duration limit) {
    return handle
        .createQuery(
            """
            SELECT %s FROM outcome_replica
            WHERE incarnation = :dead AND state = 1 AND renewed < %s - :limit
            """
                    .formatted(COLUMNS, clock)
                + (shared ? " FOR UPDATE SKIP LOCKED" : ""))
        .bind("dead", incarnation)
        .bind("limit", limit.toMillis())
        .map(ROW)
        .findOne();
  }

  /**
   * Retires a replica whose deltas are all folded, and takes over those it owned. When it last said
   * that it lives is kept: its process may be cut off from the store only, and go on answering.
   */
  void retire(Handle handle, ReplicaRow dead, long owner) {
    handle
        .createUpdate("UPDATE outcome_replica SET owner = :owner WHERE owner = :dead")
        .bind("owner", owner)
        .bind("dead", dead.incarnation())
        .execute();
    handle
        .createUpdate(
            """
            UPDATE outcome_replica
            SET state = :retired, folded_number = flush_number,
              silent_since = renewed, renewed = %s
            WHERE incarnation = :dead
            """
                .formatted(clock))
        .bind("retired", RETIRED)
        .bind("dead", dead.incarnation())
        .execute();
  }

  /** Notes that deltas are in a base; false: somebody else owns them by now. */
  boolean fold(Handle handle, ReplicaRow of, long owner, long through) {
    return handle
            .createUpdate(
                """
                UPDATE outcome_replica SET folded_number = :through
                WHERE incarnation = :of AND owner = :owner AND folded_number = :before
                """)
            .bind("through", through)
            .bind("of", of.incarnation())
            .bind("owner", owner)
            .bind("before", of.foldedNumber())
            .execute()
        == 1;
  }

  /** Notes that folded deltas are removed; false: somebody else owns them by now. */
  boolean remove(Handle handle, long of, long owner, long through) {
    return handle
            .createUpdate(
                """
                UPDATE outcome_replica SET removed_number = :through
                WHERE incarnation = :of AND owner = :owner AND removed_number < :through
                  AND folded_number >= :through
                """)
            .bind("through", through)
            .bind("of", of)
            .bind("owner", owner)
            .execute()
        == 1;
  }

  /**
   * Forgets those that an owner retired so long ago, where nothing is left of them. One that fell
   * silent may serve what it had for as long as a rollout's longest {@code stale_after}.
   */
  void forget(Handle handle, long owner, Duration kept) {
    handle
        .createUpdate(
            """
            DELETE FROM outcome_replica
            WHERE owner = :owner AND state = :retired AND removed_number = flush_number
              AND renewed < %1$s - :kept
              AND (COALESCE(silent_since, 0) = 0 OR renewed < %1$s - :awaited)
            """
                .formatted(clock))
        .bind("owner", owner)
        .bind("retired", RETIRED)
        .bind("kept", kept.toMillis())
        .bind("awaited", shared ? AWAITED.toMillis() : 0)
        .execute();
  }
}
