package dev.serin.server;

import dev.serin.server.cli.CommandLineInterface;
import dev.serin.server.cli.Terminal;
import dev.serin.server.telemetry.LogFormat;
import dev.serin.server.telemetry.LogLevel;
import dev.serin.server.telemetry.Logs;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The program: {@code serin COMMAND}. */
public final class Main {
  private static final String SERVER = "server";

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) throws IOException {
    NettyDefaults.set();
    var process = new ServerProcess(System.getenv(), System.out, System.err);
    int exitCode =
        switch (arguments.length == 0 ? "" : arguments[0]) {
          // A server starts without the machinery of the other commands: it is waited for.
          case SERVER -> process.run(Arrays.asList(arguments).subList(1, arguments.length));
          case Rehearsal.COMMAND -> rehearse(process);
          default -> CommandLineInterface.run(arguments, process);
        };
    System.exit(exitCode);
  }

  private static int rehearse(ServerProcess process) throws IOException {
    Logs.configure(LogFormat.TEXT, LogLevel.INFO);
    var terminal = new Terminal(InputStream.nullInputStream(), System.out, System.err, false);
    return new Rehearsal(process, terminal).run();
  }
}
