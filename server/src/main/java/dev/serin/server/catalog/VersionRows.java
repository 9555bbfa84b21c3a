package dev.serin.server.catalog;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.engine.DocumentId;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The stored versions of documents. Reading.
 *
 * <p>Bodies are encoded protos, not their JSON: they load ten times as fast, and a replica of an
 * earlier version keeps fields it does not know. For people there are the history and {@code get}.
 */
final class VersionRows {
  /** Rows fetched at once: bounds memory of a large namespace without a round trip for each. */
  private static final int FETCH_ROWS = 500;

  private static final String COLUMNS =
      """
      v.apply_id, v.seq, v.kind, v.key, v.operation, v.body, v.parts,
      c.revision, c.actor, c.reason, c.source, c.time
      """;

  private static final RowMapper<Row> ROW =
      (row, context) ->
          new Row(
              row.getLong("apply_id"),
              row.getInt("seq"),
              new DocumentId(DocumentIds.kind(row.getString("kind")), row.getString("key")),
              Operation.of(row.getString("operation")),
              row.getBytes("body"),
              row.getInt("parts"),
              row.getLong("revision"),
              new Note(row.getString("actor"), row.getString("reason")),
              source(row.getInt("source")),
              row.getLong("time"));

  private VersionRows() {}

  @SuppressWarnings("ArrayRecordComponent") // Lives for a moment, never compared.
  private record Row(
      long applyId,
      int seq,
      DocumentId id,
      Operation operation,
      byte @Nullable [] body,
      int parts,
      long revision,
      Note note,
      ChangeSource source,
      long timeMillis) {}

  /**
   * A document after one change.
   *
   * @param seq place in the change
   * @param version null: deleted
   */
  record Version(
      DocumentId id,
      long revision,
      int seq,
      Note note,
      ChangeSource source,
      long timeMillis,
      @Nullable StoredVersion version) {}

  /** Every document there was at a revision, in no order. Looks at all versions there are. */
  static void readAllAt(Handle handle, String namespace, long at, Consumer<Version> consumer) {
    readNewest(handle, namespace, at, "", consumer);
  }

  /**
   * Every document there is, in no order. Looks at what is newest and at little else.
   *
   * @param head the namespace's revision in this transaction
   */
  static void readAll(Handle handle, String namespace, long head, Consumer<Version> consumer) {
    readNewest(handle, namespace, head, "AND v.superseded IS NULL", consumer);
  }

  private static void readNewest(
      Handle handle, String namespace, long at, String among, Consumer<Version> consumer) {
    each(
        handle,
        handle
            .createQuery(
                """
                WITH ranked AS (
                  SELECT v.apply_id, v.seq, ROW_NUMBER() OVER (
                    PARTITION BY v.kind, v.key ORDER BY c.revision DESC) AS age
                  FROM document_version v JOIN change_set c ON c.apply_id = v.apply_id
                  WHERE v.namespace = :namespace AND c.revision <= :at %s)
                SELECT %s
                FROM ranked r
                JOIN document_version v ON v.apply_id = r.apply_id AND v.seq = r.seq
                JOIN change_set c ON c.apply_id = v.apply_id
                WHERE r.age = 1 AND v.operation != 'delete'
                """
                    .formatted(among, COLUMNS))
            .bind("namespace", namespace)
            .bind("at", at),
        consumer);
  }

  /** Every version made after a revision, oldest first. */
  static void readChangedSince(
      Handle handle, String namespace, long after, Consumer<Version> consumer) {
    each(
        handle,
        handle
            .createQuery(
                """
                SELECT %s
                FROM change_set c JOIN document_version v ON v.apply_id = c.apply_id
                WHERE c.namespace = :namespace AND c.revision > :after
                ORDER BY c.revision, v.seq
                """
                    .formatted(COLUMNS))
            .bind("namespace", namespace)
            .bind("after", after),
        consumer);
  }

  /** The version of a document that was current at a revision; empty: it was never there. */
  static Optional<Version> findAt(Handle handle, String namespace, DocumentId id, long at) {
    return handle
        .createQuery(
            """
            SELECT %s
            FROM document_version v JOIN change_set c ON c.apply_id = v.apply_id
            WHERE v.namespace = :namespace AND v.kind = :kind AND v.key = :key
              AND c.revision <= :at
            ORDER BY c.revision DESC LIMIT 1
            """
                .formatted(COLUMNS))
        .bind("namespace", namespace)
        .bind("kind", DocumentIds.word(id.kind()))
        .bind("key", id.key())
        .bind("at", at)
        .map(ROW)
        .findOne()
        .map(row -> version(handle, row));
  }

  /** Versions before a place in the history, newest first, within a change in its order. */
  static void readBefore(
      Handle handle, HistoryPosition before, int limit, Consumer<Version> consumer) {
    Query query =
        handle
            .createQuery(
                """
                SELECT %s
                FROM change_set c JOIN document_version v ON v.apply_id = c.apply_id
                WHERE c.namespace = :namespace
                  AND (c.revision < :revision OR (c.revision = :revision AND v.seq > :seq))
                  %s
                ORDER BY c.revision DESC, v.seq LIMIT :limit
                """
                    .formatted(
                        COLUMNS,
                        before.document().isPresent() ? "AND v.kind = :kind AND v.key = :key" : ""))
            .bind("namespace", before.namespace())
            .bind("revision", before.revision())
            .bind("seq", before.seq())
            .bind("limit", limit);
    before
        .document()
        .ifPresent(id -> query.bind("kind", DocumentIds.word(id.kind())).bind("key", id.key()));
    each(handle, query, consumer);
  }

  private static void each(Handle handle, Query query, Consumer<Version> consumer) {
    query
        .setFetchSize(FETCH_ROWS)
        .map(ROW)
        .useIterator(rows -> rows.forEachRemaining(row -> consumer.accept(version(handle, row))));
  }

  private static Version version(Handle handle, Row row) {
    return new Version(
        row.id(),
        row.revision(),
        row.seq(),
        row.note(),
        row.source(),
        row.timeMillis(),
        stored(handle, row));
  }

  private static @Nullable StoredVersion stored(Handle handle, Row row) {
    byte[] first = row.body();
    if (row.operation() == Operation.DELETE || first == null) {
      return null;
    }
    byte[] body = row.parts() == 0 ? first : whole(handle, row, first);
    return new StoredVersion(
        parsed(row, body),
        row.revision(),
        row.operation() == Operation.ARCHIVE,
        row.note(),
        row.source(),
        row.timeMillis());
  }

  private static byte[] whole(Handle handle, Row row, byte[] first) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(first.length * (1 + row.parts()));
    body.writeBytes(first);
    handle
        .createQuery(
            """
            SELECT body FROM document_part WHERE apply_id = :apply_id AND seq = :seq ORDER BY part
            """)
        .bind("apply_id", row.applyId())
        .bind("seq", row.seq())
        .mapTo(byte[].class)
        .forEach(body::writeBytes);
    return body.toByteArray();
  }

  private static Document parsed(Row row, byte[] body) {
    try {
      return Document.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          DocumentIds.shown(row.id())
              + " at revision "
              + row.revision()
              + ": its stored body cannot be read (expected: serin.v1.Document)",
          e);
    }
  }

  /** A source of a later version is none we know. */
  static ChangeSource source(int number) {
    ChangeSource source = ChangeSource.forNumber(number);
    return source == null ? ChangeSource.CHANGE_SOURCE_UNSPECIFIED : source;
  }
}
