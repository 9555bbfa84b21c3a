package dev.serin.server.cli;

import java.util.List;

/** Starts servers for the command line; the root package gives it, so that nothing here sees it. */
public interface ServerLauncher {
  /**
   * Runs a server until the process is told to end. Prints its own help and errors.
   *
   * @param arguments what stands after {@code serin server}
   * @return the exit code: 0 ended as told, otherwise one of {@link ExitCode}
   */
  int run(List<String> arguments);

  /**
   * Starts a server inside this process.
   *
   * @param arguments as {@link #run} takes them; the environment is not looked at
   * @return the server, serving
   * @throws RuntimeException if it cannot start; the message names the value and what was expected
   */
  RunningServer start(List<String> arguments);

  /** A server inside this process. Closing it stops it gracefully. */
  interface RunningServer extends AutoCloseable {
    /** Port of the gRPC API. */
    int grpcPort();

    /** Port of HTTP. */
    int httpPort();

    @Override
    void close();
  }
}
