package dev.serin.loadtest.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text with aligned columns: the first column and columns of words to the left, numbers
 * to the right. Not thread-safe.
 */
public final class Table {

  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** Creates a table of these columns, without rows. */
  public Table(String... header) {
    this.header = List.of(header);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException where it has not one cell per column
   */
  public void row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "row: %d cells (expected: %d)".formatted(cells.length, header.size()));
    }
    rows.add(List.of(cells));
  }

  /** Returns header, a line and the rows, each ended by a line feed. */
  public String text() {
    int[] widths = new int[header.size()];
    boolean[] right = new boolean[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      right[column] = column > 0;
      for (List<String> row : rows) {
        String cell = row.get(column);
        widths[column] = Math.max(widths[column], cell.length());
        right[column] &= cell.isEmpty() || isNumber(cell);
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, header, widths, right);
    append(text, lines(widths), widths, right);
    rows.forEach(row -> append(text, row, widths, right));
    return text.toString();
  }

  private static boolean isNumber(String cell) {
    char first = cell.charAt(0);
    return Character.isDigit(first) || first == '-' || first == '.';
  }

  private static List<String> lines(int[] widths) {
    List<String> lines = new ArrayList<>();
    for (int width : widths) {
      lines.add("-".repeat(width));
    }
    return lines;
  }

  private static void append(
      StringBuilder text, List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String padding = " ".repeat(widths[column] - cells.get(column).length());
      line.append(column == 0 ? "" : GAP)
          .append(right[column] ? padding + cells.get(column) : cells.get(column) + padding);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
