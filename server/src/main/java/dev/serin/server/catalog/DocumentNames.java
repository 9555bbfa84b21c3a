package dev.serin.server.catalog;

import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;

/** What documents are called outside of the catalog: {@code feature/checkout}. */
public final class DocumentNames {
  private DocumentNames() {}

  /** The document's kind; UNSPECIFIED where it has no content. */
  public static DocumentKind kindOf(Document document) {
    return DocumentIds.of(document).kind();
  }

  /** The document's key; empty where it has none. */
  public static String keyOf(Document document) {
    return DocumentIds.of(document).key();
  }

  /** {@code feature/checkout}. */
  public static String of(Document document) {
    return DocumentIds.shown(DocumentIds.of(document));
  }

  /** {@code feature/checkout}. */
  public static String of(DocumentKind kind, String key) {
    return ofKind(kind) + "/" + key;
  }

  /** {@code feature}. */
  public static String ofKind(DocumentKind kind) {
    return DocumentIds.word(kind);
  }
}
