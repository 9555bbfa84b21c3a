package dev.serin.server.catalog;

import java.util.ArrayList;
import java.util.List;

/** The errors of one file, in the order they are found. Not thread-safe. */
final class FileErrors {
  /** Errors of one file; a file of another kind than expected has one per line. */
  static final int MAX_ERRORS = 100;

  private final String file;
  private final List<FileError> errors = new ArrayList<>();
  private int left;

  FileErrors(String file) {
    this.file = file;
  }

  /** The file as errors name it. */
  String file() {
    return file;
  }

  void add(YamlNode at, String field, String description) {
    add(at.line(), at.column(), field, description);
  }

  void add(int line, int column, String field, String description) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(new FileError(file, line, column, field, description));
    } else {
      left++;
    }
  }

  void addOfFile(String description) {
    add(0, 0, "", description);
  }

  int size() {
    return errors.size() + left;
  }

  List<FileError> toList() {
    List<FileError> all = new ArrayList<>(errors);
    if (left > 0) {
      all.add(FileError.ofFile(file, left + " more errors"));
    }
    return List.copyOf(all);
  }
}
