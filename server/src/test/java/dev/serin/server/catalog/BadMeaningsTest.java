package dev.serin.server.catalog;

import static dev.serin.server.catalog.FeatureServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ValidateDocumentsRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Documents that are well written and mean nothing, and the exact errors they get through the API,
 * with the lines of the file they came from: bad-meanings.txt.
 */
class BadMeaningsTest {
  @TempDir static Path directory;
  private static @Nullable FeatureServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new FeatureServer(directory);
  }

  @AfterAll
  static void stop() {
    server().close();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badMeaning_applied_isRefusedWithExactlyTheseErrors(BadDocument bad) {
    ParsedDocuments parsed = DocumentFiles.parse("f", bad.text().getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.errors()).isEmpty();
    ApplyDocumentsRequest.Builder apply = ApplyDocumentsRequest.newBuilder();
    parsed
        .toDocuments()
        .forEach(document -> apply.addDocuments(ApplyDocument.newBuilder().setDocument(document)));

    List<FieldViolation> violations =
        server()
            .stub
            .validateDocuments(
                ValidateDocumentsRequest.newBuilder().addAllDocuments(parsed.toDocuments()).build())
            .getViolationsList()
            .stream()
            .map(
                violation ->
                    new FieldViolation(
                        DocumentNames.of(violation.getRef().getKind(), violation.getRef().getKey()),
                        violation.getField(),
                        violation.getDescription()))
            .toList();

    assertThat(parsed.locate(violations).stream().map(FileError::toString).toList())
        .isEqualTo(bad.errors());
    assertThat(failure(() -> server().stub.applyDocuments(apply.build())))
        .matches(failure -> failure.reason().equals("INVALID_DOCUMENT"))
        .matches(failure -> failure.message().startsWith(violations.get(0).toString()));
    assertThat(server().list("default")).as("nothing was applied").isEmpty();
  }

  static Stream<BadDocument> cases() throws IOException {
    return BadDocument.read("bad-meanings.txt");
  }

  private static FeatureServer server() {
    return Objects.requireNonNull(server);
  }
}
