package dev.serin.server.catalog;

/**
 * One thing that is wrong with a file of documents, and where.
 *
 * @param file the file as the reader was told it
 * @param line counted from 1; 0: the file as a whole
 * @param column counted from 1 in characters; 0: the file as a whole
 * @param field path of the field in its document; empty: none is to blame
 * @param description the value and what was expected
 */
public record FileError(String file, int line, int column, String field, String description) {
  /** An error of the whole file. */
  static FileError ofFile(String file, String description) {
    return new FileError(file, 0, 0, "", description);
  }

  /** {@code checkout.yaml:12:9: rules[0].when[0].equals: …}, as editors take it. */
  @Override
  public String toString() {
    return file
        + (line == 0 ? "" : ":" + line + ":" + column)
        + ": "
        + (field.isEmpty() ? "" : field + ": ")
        + description;
  }
}
