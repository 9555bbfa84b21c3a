package dev.serin.server.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.v1.Document;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Plans of texts, as files hold them, for tests of everything that reads plans. */
public final class Plans {
  /** What every rollout document needs, without stages. */
  public static final String HEAD =
      """
      rollout:
        key: checkout
        feature: new-checkout
        split: half
        treatment: "on"
        control: "off"
      """;

  private Plans() {}

  /** The plan of a text that must be sound. */
  public static RolloutPlan of(String yaml) {
    ParsedDocuments parsed = parse(yaml);
    assertThat(parsed.errors()).isEmpty();
    PlanReading reading = PlanReader.read(parsed.documents().get(0).document().getRollout());
    if (reading instanceof PlanReading.Valid valid) {
      return valid.plan();
    }
    throw new AssertionError(reading);
  }

  /** The plan of {@link #HEAD} and some more lines, indented by two. */
  public static RolloutPlan with(String lines) {
    return of(HEAD + lines.indent(2));
  }

  /** Everything that is wrong with a text, as {@code validate} prints it. */
  static List<String> errors(String yaml) {
    ParsedDocuments parsed = parse(yaml);
    List<FileError> errors = new ArrayList<>(parsed.errors());
    List<Document> documents = parsed.toDocuments();
    errors.addAll(parsed.locate(OfflineRollouts.validate(documents, true).violations()));
    return errors.stream().map(FileError::toString).toList();
  }

  /** Everything that is wrong with {@link #HEAD} and some more lines, without the file's name. */
  static List<String> errorsWith(String lines) {
    return errors(HEAD + lines.indent(2)).stream()
        .map(error -> error.substring("f.yaml:".length()))
        .toList();
  }

  private static ParsedDocuments parse(String yaml) {
    return DocumentFiles.parse("f.yaml", yaml.getBytes(StandardCharsets.UTF_8));
  }
}
