package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import java.util.OptionalLong;

/** What a change does to one document. */
public sealed interface DocumentWrite {
  /** Which document. */
  DocumentId id();

  /**
   * Revision the stored document must have, 0: it must not be there; empty: any. Archived documents
   * are there.
   */
  OptionalLong expectedRevision();

  /** Creates, replaces or, where it is archived, brings back a document. */
  record Put(Document document, OptionalLong expectedRevision) implements DocumentWrite {
    @Override
    public DocumentId id() {
      return DocumentIds.of(document);
    }
  }

  /** Deletes a document that is there. */
  record Delete(DocumentId id, OptionalLong expectedRevision) implements DocumentWrite {}

  /** Archives a feature that is there; nothing happens where it is archived already. */
  record Archive(String feature, OptionalLong expectedRevision) implements DocumentWrite {
    @Override
    public DocumentId id() {
      return DocumentIds.feature(feature);
    }
  }
}
