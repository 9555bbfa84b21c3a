package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.DocumentKind;
import java.util.Comparator;

/**
 * The name of a document inside its namespace. Ordered by kind, then by key.
 *
 * @param kind what it is
 * @param key its key, unique among the documents of its kind
 */
public record DocumentId(DocumentKind kind, String key) implements Comparable<DocumentId> {
  private static final Comparator<DocumentId> ORDER =
      Comparator.comparing(DocumentId::kind).thenComparing(DocumentId::key);

  /** Checks that both parts are there. */
  public DocumentId {
    requireNonNull(kind, "kind");
    requireNonNull(key, "key");
  }

  @Override
  public int compareTo(DocumentId other) {
    return ORDER.compare(this, other);
  }
}
