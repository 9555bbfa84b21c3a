package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are no documents, and the exact errors they get: bad-documents.txt. */
class BadDocumentsTest {
  private static final String TABLE = "bad-documents.txt";

  /** One row: a text as a file would hold it, and its errors. */
  record Case(String title, String text, List<String> errors) {
    @Override
    public String toString() {
      return title;
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badDocument_parsed_getsExactlyTheseErrors(Case bad) {
    ParsedDocuments parsed =
        ParsedDocuments.merge(
            List.of(DocumentFiles.parse("f", bad.text().getBytes(StandardCharsets.UTF_8))));

    assertThat(parsed.errors().stream().map(FileError::toString).toList()).isEqualTo(bad.errors());
  }

  static Stream<Case> cases() throws IOException {
    String table;
    try (InputStream in = BadDocumentsTest.class.getResourceAsStream(TABLE)) {
      table = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    List<Case> cases = new ArrayList<>();
    for (String section : table.split("(?m)^### ", -1)) {
      if (!section.isBlank()) {
        cases.add(parse(section));
      }
    }
    return cases.stream();
  }

  private static Case parse(String section) {
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
    return new Case(lines.get(0), text.toString(), errors);
  }
}
