package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are no documents, and the exact errors they get: bad-documents.txt. */
class BadDocumentsTest {
  @ParameterizedTest
  @MethodSource("cases")
  void badDocument_parsed_getsExactlyTheseErrors(BadDocument bad) {
    ParsedDocuments parsed =
        ParsedDocuments.merge(
            List.of(DocumentFiles.parse("f", bad.text().getBytes(StandardCharsets.UTF_8))));

    assertThat(parsed.errors().stream().map(FileError::toString).toList()).isEqualTo(bad.errors());
  }

  static Stream<BadDocument> cases() throws IOException {
    return BadDocument.read("bad-documents.txt");
  }
}
