package dev.serin.server.rollout.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsFileTest {
  @TempDir Path directory;
  private Path file;
  private SecretsFile secrets;

  @BeforeEach
  void file() {
    file = directory.resolve("secrets");
    secrets = new SecretsFile(file);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  @Test
  void secrets_byName_areWhatTheLinesSay() throws IOException {
    write("# hooks\n\nci = a=b== \r\nchat-1=\tx y\n");

    assertThat(secrets.problems()).isEmpty();
    assertThat(secrets.get("ci")).contains("a=b==");
    assertThat(secrets.get("chat-1")).contains("x y");
    assertThat(secrets.get("other")).isEmpty();
    assertThat(secrets.toString()).doesNotContain("a=b");
  }

  @Test
  void file_withErrors_namesLinesAndNotWhatStandsThere() throws IOException {
    write("ci=1\nhunter2\n=hunter2\nci=hunter2\nb c=hunter2\nd=\n");

    assertThat(secrets.problems())
        .hasSize(5)
        .noneMatch(problem -> problem.contains("hunter2"))
        .anyMatch(problem -> problem.contains("line 4 stands above"))
        .anyMatch(problem -> problem.contains("line 6,"));
  }

  @Test
  void file_notThereTooLargeOrNoText_isAProblem() throws IOException {
    assertThat(secrets.problems()).containsExactly("a file that exists");
    Files.write(file, new byte[] {'a', '=', (byte) 0xff});
    assertThat(secrets.problems()).containsExactly("a text file in UTF-8");
    write("a=" + "x".repeat(70_000));
    assertThat(secrets.problems()).containsExactly("a file of at most 65536 bytes");
  }

  @Test
  void file_changed_isReadAgainUnlessItHasErrorsOrIsGone() throws IOException {
    write("ci=1\n");
    assertThat(secrets.get("ci")).contains("1");

    write("ci=22\nnew=3\n");
    assertThat(secrets.get("ci")).contains("22");
    assertThat(secrets.get("new")).contains("3");

    write("nonsense in here");
    assertThat(secrets.get("ci")).contains("22");

    Files.delete(file);
    assertThat(secrets.get("ci")).contains("22");

    write("ci=4\n");
    assertThat(secrets.get("ci")).contains("4");
    assertThat(secrets.get("new")).isEmpty();
  }

  @Test
  void file_othersMayRead_isWarnedOf() throws IOException {
    write("ci=1\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(secrets.warning().orElseThrow()).contains("rw-r--r--").contains("rw-------");

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(secrets.warning()).isEmpty();
  }
}
