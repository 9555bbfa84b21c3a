package dev.serin.server.catalog;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.StoredDocument;

/**
 * A document as one change left it.
 *
 * @param document the document, normalised
 * @param revision revision of that change
 * @param archived true: kept and listed, not evaluated
 * @param note who made the change and why
 * @param source where the change came from
 * @param timeMillis when, milliseconds since 1970
 */
record StoredVersion(
    Document document,
    long revision,
    boolean archived,
    Note note,
    ChangeSource source,
    long timeMillis) {

  StoredDocument toProto(boolean killed) {
    return StoredDocument.newBuilder()
        .setDocument(document)
        .setRevision(revision)
        .setNote(note.toProto())
        .setChangeTime(Timestamps.fromMillis(timeMillis))
        .setArchived(archived)
        .setKilled(killed)
        .setSource(source)
        .build();
  }
}
