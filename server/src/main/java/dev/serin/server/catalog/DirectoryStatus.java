package dev.serin.server.catalog;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What the last look at a directory of documents led to.
 *
 * @param directory the directory
 * @param time when it was looked at
 * @param namespaces one for each namespace that has files or had them, by name
 * @param errors of the directory as a whole
 */
public record DirectoryStatus(
    Path directory, Instant time, List<Namespace> namespaces, List<FileError> errors) {
  /** Copies both lists. */
  public DirectoryStatus {
    namespaces = List.copyOf(namespaces);
    errors = List.copyOf(errors);
  }

  /**
   * What happened to one namespace: all of its files were applied, or none.
   *
   * @param name name of the namespace
   * @param revision its revision afterwards; 0: not known
   * @param changes documents that were changed by this look
   * @param errors why nothing of it was applied; empty: what is stored is what the files ask for
   */
  public record Namespace(String name, long revision, int changes, List<FileError> errors) {
    /** Copies the list. */
    public Namespace {
      errors = List.copyOf(errors);
    }
  }

  /** True: every file is applied. */
  public boolean isHealthy() {
    return allErrors().isEmpty();
  }

  /** Everything that keeps files from being applied. */
  public List<FileError> allErrors() {
    List<FileError> all = new ArrayList<>(errors);
    namespaces.forEach(namespace -> all.addAll(namespace.errors()));
    return all;
  }
}
