package dev.serin.server;

import dev.serin.server.cli.CommandLineInterface;
import dev.serin.server.cli.ExitCode;
import dev.serin.server.cli.ServerLauncher;
import dev.serin.server.cli.ServerLauncher.RunningServer;
import dev.serin.server.cli.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The life of a server and of the commands that ask it, in short: so that the JVM, which watches,
 * can note what a start needs. {@code bin/serin} runs it once after each build.
 *
 * <p>It touches nothing but a temporary directory and free ports of loopback.
 */
final class Rehearsal {
  /** The command, which no help lists. */
  static final String COMMAND = "rehearse";

  private static final String DOCUMENTS =
      """
      segment:
        key: staff
        when:
        - {attribute: email, ends_with: ["@example.com"]}
      ---
      feature:
        key: rehearsed
        variants:
        - {key: "on", value: true}
        - {key: "off", value: false}
        default_variant: "off"
        splits:
        - id: half
          weights:
          - {variant: "on", weight: 50}
          - {variant: "off", weight: 50}
        rules:
        - id: staff-first
          when:
          - segment: staff
          serve: {variant: "on"}
        - id: new-apps
          when:
          - {attribute: country, in: [CN, HK, SG]}
          - {attribute: app_version, version: {at_least: 2.3.0}}
          serve: {split: half}
      """;

  private final ServerLauncher launcher;
  private final Terminal terminal;

  /**
   * A rehearsal.
   *
   * @param terminal where the commands write
   */
  Rehearsal(ServerLauncher launcher, Terminal terminal) {
    this.launcher = launcher;
    this.terminal = terminal;
  }

  /** Runs it; the exit code of the first command that failed, or 0. */
  int run() throws IOException {
    Path directory = Files.createTempDirectory("serin-rehearsal-");
    try {
      Path documents = Files.writeString(directory.resolve("rehearsed.yaml"), DOCUMENTS);
      int exitCode = run(directory, write(documents));
      // A second server finds what the first has stored, as most servers do.
      return exitCode == ExitCode.OK.code() ? run(directory, read()) : exitCode;
    } finally {
      remove(directory);
    }
  }

  private static List<List<String>> write(Path documents) {
    return List.of(
        List.of("apply", "-f", documents.toString(), "--dry-run"),
        List.of("apply", "-f", documents.toString()),
        List.of("kill", "rehearsed", "--reason", "rehearsal"),
        List.of("revive", "rehearsed", "--reason", "rehearsal"));
  }

  private static List<List<String>> read() {
    return List.of(
        List.of("evaluate", "rehearsed", "--user", "user-5", "-a", "country=CN"),
        List.of("explain", "rehearsed", "--user", "user-5", "-a", "country=CN"),
        List.of("get", "features"),
        List.of("get", "features", "-o", "json"),
        List.of("get", "features", "-o", "yaml"),
        List.of("history"));
  }

  private int run(Path directory, List<List<String>> commands) {
    try (RunningServer server =
        launcher.start(
            List.of("--grpc-port=0", "--http-port=0", "--data-dir=" + directory.resolve("data")))) {
      for (List<String> command : commands) {
        List<String> words = new ArrayList<>(command);
        words.add("--server=127.0.0.1:" + server.grpcPort());
        var commandLine = new CommandLineInterface(launcher, terminal);
        int exitCode = commandLine.execute(words.toArray(String[]::new));
        if (exitCode != ExitCode.OK.code()) {
          return exitCode;
        }
      }
    }
    return ExitCode.OK.code();
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
