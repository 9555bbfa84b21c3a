package dev.serin.server.catalog;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The notes on versions of documents that newer ones were written, so that loading a namespace
 * takes as long as what it holds, not as long as its history.
 *
 * <p>Only versions are noted of which it is true for good: a change and its notes need not be one
 * transaction, and a note that was never made costs time, nothing else.
 */
final class SupersededRows {
  private SupersededRows() {}

  /**
   * Notes it on all earlier versions of some documents. The transaction holds the namespace's row,
   * so that two never wait for each other's versions.
   *
   * @param writes what the change wrote
   * @param revision of the change
   */
  static void note(
      Handle handle, String namespace, long applyId, List<PlannedWrite> writes, long revision) {
    if (writes.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE document_version SET superseded = :revision
            WHERE namespace = :namespace AND kind = :kind AND key = :key AND superseded IS NULL
              AND apply_id != :apply_id
              AND EXISTS (
                SELECT 1 FROM change_set c
                WHERE c.apply_id = document_version.apply_id AND c.revision < :revision)
            """)) {
      for (PlannedWrite write : writes) {
        batch
            .bind("namespace", namespace)
            .bind("kind", DocumentIds.word(write.id().kind()))
            .bind("key", write.id().key())
            .bind("apply_id", applyId)
            .bind("revision", revision)
            .add();
      }
      batch.execute();
    }
  }
}
