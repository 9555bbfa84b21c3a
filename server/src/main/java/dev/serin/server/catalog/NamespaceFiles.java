package dev.serin.server.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * The files a directory holds for one namespace.
 *
 * @param namespace name of the namespace
 * @param files what each file says, by path
 * @param errors why there may be more files than these
 * @param fingerprint hash of the files' names and bytes: equal where nothing changed
 */
record NamespaceFiles(
    String namespace, List<ParsedDocuments> files, List<FileError> errors, String fingerprint) {
  NamespaceFiles {
    files = List.copyOf(files);
    errors = List.copyOf(errors);
  }

  /** All their documents, and everything that is wrong with them. */
  ParsedDocuments documents() {
    List<ParsedDocuments> parts = new ArrayList<>(files);
    parts.add(new ParsedDocuments(List.of(), errors));
    return ParsedDocuments.merge(parts);
  }
}
