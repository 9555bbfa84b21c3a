package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents of files about which nothing was left to do, so that a plan after a change of one
 * file among ten thousand is about that one. Immutable.
 */
final class SettledDocuments {
  static final SettledDocuments NONE = new SettledDocuments(Map.of());

  private final Map<DocumentId, Settled> settled;

  /** A document as a file says it, and the revision of what is stored for it. */
  private record Settled(Document file, long revision) {}

  private SettledDocuments(Map<DocumentId, Settled> settled) {
    this.settled = settled;
  }

  /** What is settled when all that these files ask for is in this state. */
  static SettledDocuments of(NamespaceState state, List<Document> files) {
    Map<DocumentId, Settled> settled = new HashMap<>();
    for (Document file : files) {
      DocumentId id = DocumentIds.of(file);
      StoredVersion stored = state.documents().get(id);
      if (stored != null) {
        settled.put(id, new Settled(file, stored.revision()));
      }
    }
    return new SettledDocuments(settled);
  }

  /** Whether neither the file was read anew since nor the stored document changed. */
  @SuppressWarnings("ReferenceEquality") // A file that was read anew is compared by the plan.
  boolean contains(NamespaceState state, DocumentId id, Document file) {
    Settled before = settled.get(id);
    StoredVersion stored = state.documents().get(id);
    return before != null
        && stored != null
        && before.file() == file
        && before.revision() == stored.revision();
  }
}
