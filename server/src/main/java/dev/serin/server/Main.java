package dev.serin.server;

import dev.serin.server.cli.CommandLineInterface;
import java.util.Arrays;

/** The program: {@code serin COMMAND}. */
public final class Main {
  private static final String SERVER = "server";

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    NettyDefaults.set();
    var process = new ServerProcess(System.getenv(), System.out, System.err);
    // A server starts without the machinery of the other commands: it is waited for.
    int exitCode =
        arguments.length > 0 && arguments[0].equals(SERVER)
            ? process.run(Arrays.asList(arguments).subList(1, arguments.length))
            : CommandLineInterface.run(arguments, process);
    System.exit(exitCode);
  }
}
