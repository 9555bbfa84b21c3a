package dev.serin.server.catalog;

import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Document;
import java.util.ArrayList;
import java.util.Comparator;
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
   * Violations of the documents' meaning as errors of the files they were read from, in the order
   * of their lines; those of documents that stand in no file come last and name the document.
   */
  public List<FileError> locate(List<FieldViolation> violations) {
    Map<String, LocatedDocument> byName = new HashMap<>();
    Map<String, Integer> files = new HashMap<>();
    for (LocatedDocument document : documents) {
      byName.putIfAbsent(document.name(), document);
      files.putIfAbsent(document.file(), files.size());
    }
    List<FileError> located = new ArrayList<>();
    List<FileError> elsewhere = new ArrayList<>();
    for (FieldViolation violation : violations) {
      LocatedDocument document = byName.get(violation.document());
      if (document != null) {
        located.add(document.error(violation.field(), violation.description()));
      } else {
        String place = violation.path().isEmpty() ? "request" : violation.path();
        elsewhere.add(FileError.ofFile(place, violation.description()));
      }
    }
    located.sort(
        Comparator.<FileError>comparingInt(error -> files.getOrDefault(error.file(), 0))
            .thenComparingInt(FileError::line)
            .thenComparingInt(FileError::column));
    located.addAll(elsewhere);
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
