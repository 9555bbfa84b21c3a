package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
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

  /** Of a library's text, which may hold what it was given. */
  private static final int MAX_CHARACTERS = 160;

  private static final Pattern CLASS = Pattern.compile("^([a-z]\\w*\\.)+\\w+: ");

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
      throw refused("no verdict: " + shortened(malformed) + " (expected: a verdict as JSON)");
    }
    switch (verdict.getAction()) {
      // A name that is not known is left out like any field.
      case VERDICT_ACTION_UNSPECIFIED, UNRECOGNIZED ->
          throw refused(
              "action: absent, or not known to this version (expected: a verdict as JSON)");
      case VERDICT_ACTION_ROLL_BACK,
          VERDICT_ACTION_HOLD,
          VERDICT_ACTION_PROMOTE,
          VERDICT_ACTION_GO_ON -> {}
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
    } catch (InvalidPathException noPath) {
      throw unreadable("no path (expected: a file)");
    } catch (IOException failed) {
      throw unreadable(whyUnreadable(failed) + " (expected: a file that may be read)");
    }
  }

  /** Exceptions of files name the file, and not always what is wrong with it. */
  static String whyUnreadable(IOException failed) {
    return switch (failed) {
      case NoSuchFileException missing -> "not there";
      case AccessDeniedException denied -> "access denied";
      case FileSystemException other when other.getReason() != null -> shortened(other.getReason());
      default -> shortened(failed);
    };
  }

  private static String shortened(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : shortened(message);
  }

  /** What a library says: of several lines the first, without its classes and what it was given. */
  private static String shortened(String message) {
    String line = message.lines().findFirst().orElse("");
    line = CLASS.matcher(line).replaceFirst("");
    int given = line.indexOf(" but got: ");
    line = given < 0 ? line : line.substring(0, given);
    return Texts.printable(
        line.length() <= MAX_CHARACTERS ? line : line.substring(0, MAX_CHARACTERS) + "…");
  }

  private CommandFailure refused(String why) {
    return new CommandFailure(ExitCode.REFUSED, "-f " + Texts.printable(file) + ": " + why);
  }

  private CommandFailure unreadable(String why) {
    return new CommandFailure(ExitCode.USAGE, "-f " + Texts.printable(file) + ": " + why);
  }
}
