package dev.serin.server.catalog;

import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import java.util.Locale;

/** What a document is called: {@code feature/checkout}, of its kind and its key. */
public final class DocumentNames {
  private static final String KIND_PREFIX = "DOCUMENT_KIND_";

  private DocumentNames() {}

  /** The document's kind; UNSPECIFIED where it has no content. */
  public static DocumentKind kindOf(Document document) {
    return switch (document.getDocumentCase()) {
      case FEATURE -> DocumentKind.DOCUMENT_KIND_FEATURE;
      case SEGMENT -> DocumentKind.DOCUMENT_KIND_SEGMENT;
      case LAYER -> DocumentKind.DOCUMENT_KIND_LAYER;
      case HOLDOUT -> DocumentKind.DOCUMENT_KIND_HOLDOUT;
      case METRIC -> DocumentKind.DOCUMENT_KIND_METRIC;
      case ROLLOUT -> DocumentKind.DOCUMENT_KIND_ROLLOUT;
      case DOCUMENT_NOT_SET -> DocumentKind.DOCUMENT_KIND_UNSPECIFIED;
    };
  }

  /** The document's key; empty where it has none. */
  public static String keyOf(Document document) {
    return switch (document.getDocumentCase()) {
      case FEATURE -> document.getFeature().getKey();
      case SEGMENT -> document.getSegment().getKey();
      case LAYER -> document.getLayer().getKey();
      case HOLDOUT -> document.getHoldout().getKey();
      case METRIC -> document.getMetric().getKey();
      case ROLLOUT -> document.getRollout().getKey();
      case DOCUMENT_NOT_SET -> "";
    };
  }

  /** {@code feature/checkout}. */
  public static String of(Document document) {
    return of(kindOf(document), keyOf(document));
  }

  /** {@code feature/checkout}. */
  public static String of(DocumentKind kind, String key) {
    return ofKind(kind) + "/" + key;
  }

  /** {@code feature}. */
  public static String ofKind(DocumentKind kind) {
    return kind == DocumentKind.UNRECOGNIZED
        ? "unknown"
        : kind.name().substring(KIND_PREFIX.length()).toLowerCase(Locale.ROOT);
  }
}
