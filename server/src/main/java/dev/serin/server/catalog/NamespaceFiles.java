package dev.serin.server.catalog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files a directory holds for one namespace.
 *
 * @param namespace name of the namespace
 * @param directory the directory; names in errors are relative to it
 * @param files the files, by path
 * @param errors why there may be more files than these
 * @param fingerprint hash of the files' names and bytes: equal where nothing changed
 */
record NamespaceFiles(
    String namespace,
    Path directory,
    List<Path> files,
    List<FileError> errors,
    String fingerprint) {
  NamespaceFiles {
    files = List.copyOf(files);
    errors = List.copyOf(errors);
  }

  /** Reads the files now: their documents, and everything that is wrong with them. */
  ParsedDocuments read() {
    List<ParsedDocuments> parts = new ArrayList<>();
    for (Path file : files) {
      FileErrors fileErrors = new FileErrors(directory.relativize(file).toString());
      parts.add(DocumentFiles.parse(file, fileErrors));
    }
    parts.add(new ParsedDocuments(List.of(), errors));
    return ParsedDocuments.merge(parts);
  }
}
