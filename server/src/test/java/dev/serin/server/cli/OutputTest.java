package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a command whose output cannot be written. */
class OutputTest {
  @Test
  void run_outputThatIsLost_isAnErrorOfItsOwn() throws IOException {
    try (FileOutputStream full = new FileOutputStream("/dev/full")) {
      assertThat(run(full, "version"))
          .isEqualTo(
              new Run(
                  ExitCode.USAGE.code(),
                  "",
                  "error: standard output: cut short (expected: room to write to)\n"));
    }
  }

  @Test
  void run_failureWhoseOutputIsLost_keepsItsExitCode(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad.yaml");
    Files.writeString(file, "layer: {keys: ui}");
    try (FileOutputStream full = new FileOutputStream("/dev/full")) {
      Run run = run(full, "validate", "-f", file.toString());

      assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED.code());
      assertThat(run.err()).contains("error: standard output: cut short");
    }
  }

  @Test
  void run_readerThatLeft_isNoError(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    // Opened for both, a pipe waits for nobody.
    RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw");
    FileOutputStream writer = new FileOutputStream(pipe.toFile());
    reader.close();
    try (writer) {
      assertThat(run(writer, "version")).isEqualTo(new Run(ExitCode.OK.code(), "", ""));
    }
  }

  private static Run run(FileOutputStream out, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            Terminal.buffered(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exitCode = CommandLineInterface.run(arguments, Run.NO_SERVER, terminal);
    return new Run(exitCode, "", err.toString(StandardCharsets.UTF_8));
  }
}
