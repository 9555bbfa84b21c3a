package dev.serin.server.catalog;

import dev.serin.server.store.Dialect;
import dev.serin.v1.ChangeSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of changes: who, why, when, and the revision that makes them current. */
final class ChangeSetRows {
  private ChangeSetRows() {}

  /** Adds a change; revision null: it is not current yet. */
  static void insert(
      Handle handle,
      long applyId,
      String namespace,
      @Nullable Long revision,
      Note note,
      ChangeSource source,
      long nowMillis) {
    handle
        .createUpdate(
            """
            INSERT INTO change_set (apply_id, namespace, revision, actor, reason, source, time)
            VALUES (:apply_id, :namespace, :revision, :actor, :reason, :source, :now)
            """)
        .bind("apply_id", applyId)
        .bind("namespace", namespace)
        .bind("revision", revision)
        .bind("actor", note.actor())
        .bind("reason", note.reason())
        .bind("source", source.getNumber())
        .bind("now", nowMillis)
        .execute();
  }

  /** Makes a change current; false: its rows were cleaned away meanwhile. */
  static boolean stamp(Handle handle, long applyId, long revision, long nowMillis) {
    return handle
            .createUpdate(
                """
                UPDATE change_set SET revision = :revision, time = :now
                WHERE apply_id = :apply_id AND revision IS NULL AND time > 0
                """)
            .bind("revision", revision)
            .bind("now", nowMillis)
            .bind("apply_id", applyId)
            .execute()
        == 1;
  }

  /**
   * Marks a change as one that will never be current, so that its rows may be removed; false: it is
   * current, or gone. Whoever commits it at the same time comes first or not at all.
   */
  static boolean abandon(Handle handle, Dialect dialect, long applyId) {
    if (dialect == Dialect.POSTGRESQL) {
      // Waits for slices that are still on their way into the store, too.
      handle
          .createQuery("SELECT 1 FROM change_set WHERE apply_id = :apply_id FOR UPDATE")
          .bind("apply_id", applyId)
          .mapTo(Integer.class)
          .findOne();
    }
    return handle
            .createUpdate(
                "UPDATE change_set SET time = 0 WHERE apply_id = :apply_id AND revision IS NULL")
            .bind("apply_id", applyId)
            .execute()
        == 1;
  }

  /** The revision of a change; empty: it never became current. */
  static Optional<Long> revision(Handle handle, long applyId) {
    return handle
        .createQuery(
            """
            SELECT revision FROM change_set WHERE apply_id = :apply_id AND revision IS NOT NULL
            """)
        .bind("apply_id", applyId)
        .mapTo(Long.class)
        .findOne();
  }

  /** Whether a revision was made by this change. */
  static boolean isHead(Handle handle, String namespace, long revision, long head) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM change_set
            WHERE namespace = :namespace AND revision = :revision AND apply_id = :head
            """)
        .bind("namespace", namespace)
        .bind("revision", revision)
        .bind("head", head)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** Changes that never became current and were begun before a moment. */
  static List<Long> orphans(Handle handle, long beforeMillis) {
    return handle
        .createQuery("SELECT apply_id FROM change_set WHERE revision IS NULL AND time < :before")
        .bind("before", beforeMillis)
        .mapTo(Long.class)
        .list();
  }

  /** The highest place in a change; -1: it has no documents. */
  static int lastSeq(Handle handle, long applyId) {
    return handle
        .createQuery(
            "SELECT COALESCE(MAX(seq), -1) FROM document_version WHERE apply_id = :apply_id")
        .bind("apply_id", applyId)
        .mapTo(Integer.class)
        .one();
  }

  /** Removes a range of a change's documents: from inclusive, until exclusive. */
  static void deleteDocuments(Handle handle, long applyId, int fromSeq, int untilSeq) {
    for (String table : List.of("split_period", "document_part", "document_version")) {
      handle
          .createUpdate(
              "DELETE FROM "
                  + table
                  + " WHERE apply_id = :apply_id AND seq >= :from AND seq < :until")
          .bind("apply_id", applyId)
          .bind("from", fromSeq)
          .bind("until", untilSeq)
          .execute();
    }
  }

  static void delete(Handle handle, long applyId) {
    handle
        .createUpdate("DELETE FROM change_set WHERE apply_id = :apply_id AND revision IS NULL")
        .bind("apply_id", applyId)
        .execute();
  }
}
