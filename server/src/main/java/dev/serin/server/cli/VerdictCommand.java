package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
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
import picocli.CommandLine.Parameters;

/** Explains a verdict. */
@Command(
    name = "verdict",
    description = {
      "Explain a verdict: what to do and why, what was seen of each metric, at which odds it",
      "alarms, and what promotion still waits for. With FEATURE a server is asked for the newest",
      "verdict of the run that moves its split; with -f none is."
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

  @Mixin private final CallOptions call = new CallOptions();

  @Parameters(arity = "0..1", paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  @Option(
      names = "--split",
      paramLabel = "ID",
      description = "The split, where the feature has several.")
  private String split = "";

  @Option(
      names = "--run",
      paramLabel = "ID",
      description = "A run (default: the one that moves the split).")
  private String run = "";

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE|-",
      description = "The verdict as JSON, as the API gives it: a file, or standard input.")
  private String file = "";

  VerdictCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (feature.isEmpty() == file.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "FEATURE, -f: " + (file.isEmpty() ? "none" : "both") + " (expected: one of them)");
    }
    Verdict verdict = file.isEmpty() ? asked() : parsed(text());
    output.print(
        terminal,
        verdict,
        () -> VerdictText.lines(verdict, terminal).forEach(terminal.out()::println));
    return ExitCode.OK.code();
  }

  private Verdict asked() {
    CompareVariantsRequest request =
        CompareVariantsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setFeature(feature)
            .setSplit(split)
            .setRunId(run)
            .build();
    CompareVariantsResponse answer;
    try (Session session = call.open()) {
      answer = session.analysis().compareVariants(request);
    }
    if (!answer.hasVerdict()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          Texts.printable(feature)
              + ": no verdict of "
              + (answer.getRunId().isEmpty() ? "any run" : "run " + answer.getRunId())
              + " (expected: a run that goes on and has been judged)");
    }
    return answer.getVerdict();
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
