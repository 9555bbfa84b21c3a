package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One row of a table of bad documents: a text as a file would hold it, and its errors.
 *
 * <p>In the table a row begins with {@code ### title}; each error stands behind {@code >>>}.
 */
record BadDocument(String title, String text, List<String> errors) {
  /** The rows of a table beside this class. */
  static Stream<BadDocument> read(String table) throws IOException {
    String text;
    try (InputStream in = BadDocument.class.getResourceAsStream(table)) {
      text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    List<BadDocument> rows = new ArrayList<>();
    for (String section : text.split("(?m)^### ", -1)) {
      if (!section.isBlank()) {
        rows.add(parse(section));
      }
    }
    return rows.stream();
  }

  private static BadDocument parse(String section) {
    StringBuilder text = new StringBuilder();
    List<String> errors = new ArrayList<>();
    List<String> lines = section.lines().toList();
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith(">>> ")) {
        errors.add(line.substring(4));
      } else if (errors.isEmpty()) {
        text.append(line).append('\n');
      }
    }
    assertThat(errors).as(section).isNotEmpty();
    return new BadDocument(lines.get(0), text.toString(), errors);
  }

  @Override
  public String toString() {
    return title;
  }
}
