package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.DocumentKind;

/**
 * One reason why a document cannot be accepted.
 *
 * @param kind what the document is
 * @param key its key
 * @param field path of the field in the document's JSON form with the proto's names, as in {@code
 *     rules[2].when[0].version.at_least}; empty: the whole document
 * @param description the value and what was expected, as in {@code weight: -3 (expected: 0 or
 *     more)}
 */
public record Violation(DocumentKind kind, String key, String field, String description) {
  /** Checks that all parts are there. */
  public Violation {
    requireNonNull(kind, "kind");
    requireNonNull(key, "key");
    requireNonNull(field, "field");
    requireNonNull(description, "description");
  }
}
