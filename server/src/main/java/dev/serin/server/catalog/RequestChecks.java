package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.Limits;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The reading of one request's fields: each method returns what the field means and remembers what
 * is wrong with it; {@link #requireValid} then tells all of it at once.
 *
 * <p>Where a field is wrong the value returned is of no use. Not thread-safe.
 */
public final class RequestChecks {
  /** Characters of a namespace's name: it is part of paths, salts and metric labels. */
  static final int MAX_NAMESPACE_CHARS = 64;

  /** Characters of who made a change. */
  static final int MAX_ACTOR_CHARS = 128;

  /** Characters of why a change was made. */
  static final int MAX_REASON_CHARS = 1_000;

  /** Entries of a page. */
  static final int MAX_PAGE_SIZE = 1_000;

  /** Entries of a page of a request that does not say. */
  static final int DEFAULT_PAGE_SIZE = 100;

  /** Documents of one request. */
  static final int MAX_DOCUMENTS = 10_000;

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9-]*");

  private final List<FieldViolation> violations = new ArrayList<>();

  /** Throws INVALID_REQUEST with all violations. */
  public void requireValid() {
    if (!violations.isEmpty()) {
      throw ApiErrors.invalidRequest(violations);
    }
  }

  /** True: a name a namespace may have. */
  static boolean isNamespace(String name) {
    return name.length() <= MAX_NAMESPACE_CHARS && NAMESPACE.matcher(name).matches();
  }

  /** A namespace; absent: the default one. */
  public String namespace(String field, String name) {
    return name.isEmpty() ? NamespaceCommands.DEFAULT : requiredNamespace(field, name);
  }

  /** A namespace that must be named. */
  String requiredNamespace(String field, String name) {
    if (!isNamespace(name)) {
      add(
          field,
          shown(name)
              + " (expected: [a-z0-9][a-z0-9-]*, at most "
              + MAX_NAMESPACE_CHARS
              + " characters)");
    }
    return name;
  }

  /** A document that must be named; its fields stand beside each other under the prefix. */
  DocumentId document(String prefix, DocumentKind kind, String key) {
    if (DocumentIds.word(kind).equals("document")) {
      add(prefix + "kind", shown(kind) + " (expected: feature, segment, layer, holdout, …)");
      return new DocumentId(DocumentKind.DOCUMENT_KIND_UNSPECIFIED, "");
    }
    return new DocumentId(kind, key(prefix + "key", key));
  }

  /** A document that is named by both fields or by none. */
  Optional<DocumentId> optionalDocument(DocumentKind kind, String key) {
    if (kind == DocumentKind.DOCUMENT_KIND_UNSPECIFIED && key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(document("", kind, key));
  }

  /** A kind; absent: all. */
  Optional<DocumentKind> optionalKind(String field, DocumentKind kind) {
    if (kind == DocumentKind.DOCUMENT_KIND_UNSPECIFIED) {
      return Optional.empty();
    } else if (kind == DocumentKind.UNRECOGNIZED) {
      add(field, shown(kind) + " (expected: feature, segment, layer, holdout, … or absent)");
    }
    return Optional.of(kind);
  }

  /** A key that must be there; whether documents may have it is said where they are written. */
  public String key(String field, String key) {
    if (key.isEmpty()) {
      add(field, "absent (expected: a key)");
    } else {
      return line(field, key, Limits.MAX_KEY_CHARS);
    }
    return key;
  }

  /** A text of a bounded length. */
  String text(String field, String text, int maxChars) {
    atMost(field, text, maxChars);
    return text;
  }

  /** A revision; absent: any. */
  public OptionalLong revision(String field, boolean present, long revision) {
    if (present && revision < 0) {
      add(field, Long.toUnsignedString(revision) + " (expected: at most " + Long.MAX_VALUE + ")");
    }
    return present ? OptionalLong.of(revision) : OptionalLong.empty();
  }

  /** A revision that must be there. */
  long requiredRevision(String field, long revision) {
    if (revision == 0) {
      add(field, "absent (expected: 1 or more)");
    }
    return revision(field, true, revision).orElseThrow();
  }

  /** A page's size; absent: the default. */
  public int pageSize(int size) {
    if (size < 0 || size > MAX_PAGE_SIZE) {
      add("page_size", Integer.toUnsignedLong(size) + " (expected: 1 to " + MAX_PAGE_SIZE + ")");
    }
    return size == 0 ? DEFAULT_PAGE_SIZE : size;
  }

  /** Who and why. */
  public Note note(ChangeNote note) {
    line("note.actor", note.getActor(), MAX_ACTOR_CHARS);
    line("note.reason", note.getReason(), MAX_REASON_CHARS);
    return Note.of(note);
  }

  /** Documents to write or to check: each there, of a known kind, and once. */
  void documents(List<Document> documents, String suffix) {
    count("documents", documents.size());
    Map<DocumentId, Integer> seen = new HashMap<>();
    for (int i = 0; i < documents.size() && i < MAX_DOCUMENTS; i++) {
      DocumentId id = DocumentIds.of(documents.get(i));
      String field = "documents[" + i + "]" + suffix;
      switch (id.kind()) {
        case DOCUMENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
            add(
                field,
                "absent (expected: a feature, a segment, a layer, a holdout, a metric or a"
                    + " rollout)");
        case DOCUMENT_KIND_FEATURE,
            DOCUMENT_KIND_SEGMENT,
            DOCUMENT_KIND_LAYER,
            DOCUMENT_KIND_HOLDOUT,
            DOCUMENT_KIND_METRIC,
            DOCUMENT_KIND_ROLLOUT -> {
          Integer first = seen.putIfAbsent(id, i);
          if (first != null) {
            add(
                field,
                shown(DocumentIds.shown(id))
                    + " for the second time, first in documents["
                    + first
                    + "] (expected: once)");
          }
        }
      }
    }
  }

  /** A list that must not be empty, nor too long. */
  void count(String field, int size) {
    if (size == 0) {
      add(field, "none (expected: at least one)");
    } else {
      atMostDocuments(field, size);
    }
  }

  /** A list that must not be too long. */
  void atMostDocuments(String field, int size) {
    if (size > MAX_DOCUMENTS) {
      add(field, size + " documents (expected: at most " + MAX_DOCUMENTS + ")");
    }
  }

  /** Remembers what is wrong with a field. */
  public void add(String field, String description) {
    violations.add(FieldViolation.ofRequest(field, description));
  }

  private void atMost(String field, String text, int maxChars) {
    int chars = text.codePointCount(0, text.length());
    if (chars > maxChars) {
      add(field, chars + " characters (expected: at most " + maxChars + ")");
    }
  }

  /** A text for columns of stores and terminals: not every store takes U+0000, no terminal ESC. */
  public String line(String field, String text, int maxChars) {
    atMost(field, text, maxChars);
    text.chars()
        .filter(Character::isISOControl)
        .findFirst()
        .ifPresent(
            c ->
                add(field, String.format("character U+%04X (expected: no control characters)", c)));
    return text;
  }

  private static String shown(String text) {
    return text.isEmpty() ? "absent" : "\"" + text + "\"";
  }

  private static String shown(DocumentKind kind) {
    return kind == DocumentKind.DOCUMENT_KIND_UNSPECIFIED ? "absent" : "of no known number";
  }
}
