package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.OfflineValidation;
import dev.serin.server.catalog.ParsedDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {
  @TempDir private Path dir;

  @Test
  void documents_all_areReadableAndValid() throws IOException {
    DemoFiles.write(dir);

    ParsedDocuments parsed = DocumentFiles.read(dir);

    assertThat(parsed.errors()).isEmpty();
    assertThat(OfflineValidation.violations(parsed.toDocuments())).isEmpty();
    assertThat(parsed.documents()).hasSize(17);
  }

  /** The demo shows every kind of document and of condition it can. */
  @Test
  void documents_together_showWhatSerinCan() throws IOException {
    DemoFiles.write(dir);
    String yaml = DocumentFiles.yaml(DocumentFiles.read(dir).toDocuments());

    Set<String> shown =
        yaml.lines()
            .map(line -> line.strip().replaceFirst("^- ", "").replaceFirst(":.*", ""))
            .collect(Collectors.toSet());
    assertThat(shown)
        .contains("feature", "segment", "layer", "holdout", "rollout", "overrides", "prerequisites")
        .contains("schedule", "probability", "unit", "total", "default_rule", "off_variant")
        .contains("equals", "in", "version", "ends_with", "not", "excluded");
  }

  @Test
  void write_fileThatWasEdited_isKept() throws IOException {
    DemoFiles.write(dir);
    Path edited = dir.resolve(DemoFiles.NAMES.getFirst());
    Files.writeString(edited, "# mine");

    DemoFiles.write(dir);

    assertThat(edited).hasContent("# mine");
  }

  @Test
  void remove_directoryWithFolders_isGone() throws IOException {
    Path inner = Files.createDirectories(dir.resolve("demo/a/b"));
    Files.writeString(inner.resolve("file"), "x");

    DemoFiles.remove(dir.resolve("demo"));

    assertThat(dir).isEmptyDirectory();
  }
}
