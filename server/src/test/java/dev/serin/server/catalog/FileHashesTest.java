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

class FileHashesTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path directory;
  private Path file;
  private Instant now = WRITTEN.plusSeconds(60);
  private final FileHashes hashes = new FileHashes(() -> now);

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("a.yaml");
    write("one");
  }

  @Test
  void file_thatLooksTheSame_isNotReadAgain() throws IOException {
    String before = hashes.of(file);
    write("two");

    assertThat(hashes.of(file)).as("same size, time and identity").isEqualTo(before);

    hashes.keepOnly(Set.of());
    assertThat(hashes.of(file)).as("forgotten").isNotEqualTo(before);
  }

  @Test
  void file_readInTheMomentItWasWritten_isReadAgain() throws IOException {
    now = WRITTEN.plusSeconds(1);
    String before = hashes.of(file);
    write("two");

    assertThat(hashes.of(file)).isNotEqualTo(before);
  }

  @Test
  void file_ofAnotherSizeTimeOrIdentity_isReadAgain() throws IOException {
    String one = hashes.of(file);
    write("three");
    String three = hashes.of(file);
    assertThat(three).isNotEqualTo(one);

    write("seven");
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN.plusMillis(1)));
    String seven = hashes.of(file);
    assertThat(seven).isNotEqualTo(three);

    Path other = Files.writeString(directory.resolve("b.yaml"), "eight");
    Files.setLastModifiedTime(other, FileTime.from(WRITTEN.plusMillis(1)));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(hashes.of(file)).isNotEqualTo(seven);
  }

  @Test
  void file_thatCannotBeRead_isTriedAgain() throws IOException {
    String before = hashes.of(file);
    Files.delete(file);
    String gone = hashes.of(file);
    write("one");

    assertThat(gone).isNotEqualTo(before);
    assertThat(hashes.of(file)).isEqualTo(before);
  }

  /** Writes into the same file, and says that it was at the same time. */
  private void write(String text) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN));
  }
}
