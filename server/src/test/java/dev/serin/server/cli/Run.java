package dev.serin.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One command that was run, and what came of it.
 *
 * @param exitCode the exit code
 * @param out standard output
 * @param err standard error
 */
record Run(int exitCode, String out, String err) {
  /** A launcher for commands that start nothing. */
  static final ServerLauncher NO_SERVER =
      new ServerLauncher() {
        @Override
        public int run(List<String> arguments) {
          throw new IllegalStateException("no server is run");
        }

        @Override
        public RunningServer start(List<String> arguments) {
          throw new IllegalStateException("no server is started");
        }
      };

  static Run of(String... arguments) {
    return of(NO_SERVER, "", false, arguments);
  }

  static Run of(ServerLauncher launcher, String in, boolean colour, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            colour);
    int exitCode = new CommandLineInterface(launcher, terminal).execute(arguments);
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
