package dev.serin.server.catalog;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The stored versions of documents. Adding. */
final class VersionInserts {
  private VersionInserts() {}

  static PreparedBatch versions(Handle handle) {
    return handle.prepareBatch(
        """
        INSERT INTO document_version (apply_id, seq, namespace, kind, key, operation, body, parts)
        VALUES (:apply_id, :seq, :namespace, :kind, :key, :operation, :body, :parts)
        """);
  }

  static PreparedBatch parts(Handle handle) {
    return handle.prepareBatch(
        """
        INSERT INTO document_part (apply_id, seq, part, body)
        VALUES (:apply_id, :seq, :part, :body)
        """);
  }

  static void add(PreparedBatch batch, long applyId, String namespace, Slices.VersionRow row) {
    PlannedWrite write = row.write();
    batch
        .bind("apply_id", applyId)
        .bind("seq", row.seq())
        .bind("namespace", namespace)
        .bind("kind", DocumentIds.word(write.id().kind()))
        .bind("key", write.id().key())
        .bind("operation", write.operation().word())
        .bind("body", write.document() == null ? null : row.body().toByteArray())
        .bind("parts", row.parts())
        .add();
  }

  static void add(PreparedBatch batch, long applyId, Slices.PartRow row) {
    batch
        .bind("apply_id", applyId)
        .bind("seq", row.seq())
        .bind("part", row.part())
        .bind("body", row.body().toByteArray())
        .add();
  }

  static void execute(PreparedBatch batch) {
    if (batch.size() > 0) {
      batch.execute();
    }
  }
}
