package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;

/** What documents are called: their kinds in words, their ids as texts. */
final class DocumentIds {
  private DocumentIds() {}

  /** What a document calls itself; its key may be empty, its kind unspecified. */
  static DocumentId of(Document document) {
    return switch (document.getDocumentCase()) {
      case FEATURE ->
          new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, document.getFeature().getKey());
      case SEGMENT ->
          new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, document.getSegment().getKey());
      case LAYER -> new DocumentId(DocumentKind.DOCUMENT_KIND_LAYER, document.getLayer().getKey());
      case HOLDOUT ->
          new DocumentId(DocumentKind.DOCUMENT_KIND_HOLDOUT, document.getHoldout().getKey());
      case METRIC ->
          new DocumentId(DocumentKind.DOCUMENT_KIND_METRIC, document.getMetric().getKey());
      case ROLLOUT ->
          new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, document.getRollout().getKey());
      case DOCUMENT_NOT_SET -> new DocumentId(DocumentKind.DOCUMENT_KIND_UNSPECIFIED, "");
    };
  }

  static DocumentId feature(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, key);
  }

  /** The kind in a word, as in files and errors. */
  static String word(DocumentKind kind) {
    return switch (kind) {
      case DOCUMENT_KIND_FEATURE -> "feature";
      case DOCUMENT_KIND_SEGMENT -> "segment";
      case DOCUMENT_KIND_LAYER -> "layer";
      case DOCUMENT_KIND_HOLDOUT -> "holdout";
      case DOCUMENT_KIND_METRIC -> "metric";
      case DOCUMENT_KIND_ROLLOUT -> "rollout";
      case DOCUMENT_KIND_UNSPECIFIED, UNRECOGNIZED -> "document";
    };
  }

  /** The kind of a word. */
  static DocumentKind kind(String word) {
    for (DocumentKind kind : DocumentKind.values()) {
      if (word(kind).equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("kind: " + word + " (expected: feature, segment, …)");
  }

  /** A document as a person reads it: {@code feature/checkout}. */
  static String shown(DocumentId id) {
    return word(id.kind()) + "/" + id.key();
  }

  static DocumentRef ref(DocumentId id) {
    return DocumentRef.newBuilder().setKind(id.kind()).setKey(id.key()).build();
  }
}
