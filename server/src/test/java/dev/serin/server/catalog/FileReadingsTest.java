package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadingsTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path directory;
  private Path file;
  private Instant now = WRITTEN.plusSeconds(60);
  private FileReadings readings;

  @BeforeEach
  void write() throws IOException {
    readings = new FileReadings(directory, () -> now);
    file = directory.resolve("a.yaml");
    write("one");
  }

  @Test
  void file_thatLooksTheSame_isNotReadAgain() throws IOException {
    String before = hash();
    write("two");

    assertThat(hash()).as("same size, time and identity").isEqualTo(before);

    readings.keepOnly(Set.of());
    assertThat(hash()).as("forgotten").isNotEqualTo(before);
  }

  @Test
  void file_readInTheMomentItWasWritten_isReadAgain() throws IOException {
    now = WRITTEN.plusSeconds(1);
    String before = hash();
    write("two");

    assertThat(hash()).isNotEqualTo(before);
  }

  @Test
  void file_ofAnotherSizeTimeOrIdentity_isReadAgain() throws IOException {
    String one = hash();
    write("three");
    String three = hash();
    assertThat(three).isNotEqualTo(one);

    write("seven");
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN.plusMillis(1)));
    String seven = hash();
    assertThat(seven).isNotEqualTo(three);

    Path other = Files.writeString(directory.resolve("b.yaml"), "eight");
    Files.setLastModifiedTime(other, FileTime.from(WRITTEN.plusMillis(1)));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(hash()).isNotEqualTo(seven);
  }

  @Test
  void file_thatCannotBeRead_isTriedAgain() throws IOException {
    String before = hash();
    Files.delete(file);
    String gone = hash();
    write("one");

    assertThat(gone).isNotEqualTo(before);
    assertThat(hash()).isEqualTo(before);
  }

  @Test
  void file_readOnce_keepsItsDocumentsWithoutTheTree() throws IOException {
    write("segment: {key: a}\n---\nsegment: {key: b, included: [ann]}\n");
    readings.of(file);
    ParsedDocuments kept = readings.of(file).documents();

    assertThat(kept.documents())
        .extracting(LocatedDocument::name)
        .containsExactly("segment/a", "segment/b");
    assertThat(kept.documents().get(1).place()).isEqualTo("a.yaml:3:1");
    assertThat(kept.documents().get(1).error("included[0]", "no"))
        .hasToString("a.yaml:3:30: included[0]: no");

    // Where the file says something else by now, the place is that of the document.
    readings.keepOnly(Set.of(file));
    write("segment: {key: c}\n");
    assertThat(kept.documents().get(1).error("included[0]", "no"))
        .hasToString("a.yaml:3:1: included[0]: no");
  }

  @Test
  void file_thatIsGone_isAnErrorAndNotNothing() throws IOException {
    readings.of(file);
    Files.delete(file);

    assertThat(readings.of(file).documents().errors())
        .extracting(FileError::toString)
        .containsExactly("a.yaml: not there (expected: a file)");
  }

  private String hash() {
    return readings.of(file).hash();
  }

  /** Writes into the same file, and says that it was at the same time. */
  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN));
  }
}
