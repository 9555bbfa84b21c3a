package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.ChangeKind;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentChange;
import org.jspecify.annotations.Nullable;

/**
 * A document as it is at one moment; null where there is none.
 *
 * @param document the document
 * @param archived true: kept and listed, not evaluated
 */
record VersionContent(Document document, boolean archived) {
  static @Nullable VersionContent of(@Nullable StoredVersion version) {
    return version == null ? null : new VersionContent(version.document(), version.archived());
  }

  /** How a document changes; null: it does not. */
  static @Nullable DocumentChange change(
      DocumentId id, @Nullable VersionContent before, @Nullable VersionContent after) {
    if (before == null ? after == null : before.equals(after)) {
      return null;
    }
    DocumentChange.Builder change = DocumentChange.newBuilder().setRef(DocumentIds.ref(id));
    if (after == null) {
      return change.setKind(ChangeKind.CHANGE_KIND_DELETED).build();
    }
    if (before != null) {
      change.addAllFields(DocumentDiff.diff(before.document(), after.document()));
    }
    return change.setKind(kind(before, after)).build();
  }

  private static ChangeKind kind(@Nullable VersionContent before, VersionContent after) {
    if (after.archived() && (before == null || !before.archived())) {
      return ChangeKind.CHANGE_KIND_ARCHIVED;
    }
    return before == null ? ChangeKind.CHANGE_KIND_CREATED : ChangeKind.CHANGE_KIND_UPDATED;
  }
}
