package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Explains a verdict. */
@Command(
    name = "verdict",
    description = {
      "Explain a verdict: what to do and why, what was seen of each metric, at which odds it",
      "alarms, and what promotion still waits for. Asks no server."
    })
final class VerdictCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  /** Many times a verdict of as many metrics as a rollout may have. */
  private static final int MAX_BYTES = 1 << 20;

  private final Terminal terminal;
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|-",
      description = "The verdict as JSON, as the API gives it: a file, or standard input.")
  private String file = "";

  VerdictCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Verdict verdict = parsed(text());
    output.print(
        terminal,
        verdict,
        () -> VerdictText.lines(verdict, terminal).forEach(terminal.out()::println));
    return ExitCode.OK.code();
  }

  private Verdict parsed(String text) {
    Verdict.Builder verdict = Verdict.newBuilder();
    try {
      // What a newer server adds is left out, not refused.
      JsonFormat.parser().ignoringUnknownFields().merge(text, verdict);
    } catch (InvalidProtocolBufferException malformed) {
      throw refused("no verdict: " + malformed.getMessage());
    }
    if (verdict.getActionValue() == 0) {
      throw refused("action: absent (expected: a verdict as JSON)");
    }
    return verdict.build();
  }

  private String text() {
    try (InputStream in =
        file.equals(STANDARD_INPUT) ? terminal.in() : Files.newInputStream(Path.of(file))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw refused("above " + MAX_BYTES + " bytes (expected: a verdict as JSON)");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException | InvalidPathException missing) {
      throw unreadable("not there (expected: a file)");
    } catch (IOException failed) {
      throw unreadable(String.valueOf(failed.getMessage()));
    }
  }

  private CommandFailure refused(String why) {
    return new CommandFailure(ExitCode.REFUSED, "-f " + file + ": " + why);
  }

  private CommandFailure unreadable(String why) {
    return new CommandFailure(ExitCode.USAGE, "-f " + file + ": " + why);
  }
}
