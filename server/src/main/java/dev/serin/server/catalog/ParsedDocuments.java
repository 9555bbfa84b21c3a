package dev.serin.server.catalog;

import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was read from one file or many: the documents, and everything that is wrong.
 *
 * <p>Where there are errors, documents may be missing or incomplete: they are of use for locating
 * violations, not for applying.
 *
 * @param documents in the order of the files and inside them
 * @param errors in the same order
 */
public record ParsedDocuments(List<LocatedDocument> documents, List<FileError> errors) {
  /** Copies both lists. */
  public ParsedDocuments {
    documents = List.copyOf(documents);
    errors = List.copyOf(errors);
  }

  /** The documents without their places. */
  public List<Document> toDocuments() {
    return documents.stream().map(LocatedDocument::document).toList();
  }

  /**
   * Violations of the documents' meaning as errors of the files they were read from; those of
   * documents that stand in no file name the document instead.
   */
  public List<FileError> locate(List<FieldViolation> violations) {
    Map<String, LocatedDocument> byName = new HashMap<>();
    documents.forEach(document -> byName.putIfAbsent(document.name(), document));
    List<FileError> located = new ArrayList<>();
    for (FieldViolation violation : violations) {
      LocatedDocument document = byName.get(violation.document());
      located.add(
          document == null
              ? FileError.ofFile(
                  violation.path().isEmpty() ? "request" : violation.path(),
                  violation.description())
              : document.error(violation.field(), violation.description()));
    }
    return located;
  }

  /** All parts as one; a document that stands in two places is an error of the second. */
  public static ParsedDocuments merge(List<ParsedDocuments> parts) {
    List<LocatedDocument> documents = new ArrayList<>();
    List<FileError> errors = new ArrayList<>();
    Map<String, LocatedDocument> byName = new HashMap<>();
    for (ParsedDocuments part : parts) {
      errors.addAll(part.errors());
      for (LocatedDocument document : part.documents()) {
        documents.add(document);
        // Documents without a key are told of by the validation.
        boolean named = !DocumentIds.of(document.document()).key().isEmpty();
        LocatedDocument first = named ? byName.putIfAbsent(document.name(), document) : null;
        if (first != null) {
          errors.add(
              document.error(
                  "key",
                  document.name()
                      + ": stated twice, first in "
                      + first.place()
                      + " (expected: once)"));
        }
      }
    }
    return new ParsedDocuments(documents, errors);
  }
}
