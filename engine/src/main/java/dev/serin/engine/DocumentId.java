package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.DocumentKind;

/**
 * The name of a document inside its namespace.
 *
 * @param kind what it is
 * @param key its key, unique among the documents of its kind
 */
public record DocumentId(DocumentKind kind, String key) {
  /** Checks that both parts are there. */
  public DocumentId {
    requireNonNull(kind, "kind");
    requireNonNull(key, "key");
  }
}
