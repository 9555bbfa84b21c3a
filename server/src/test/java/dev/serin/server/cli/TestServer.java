package dev.serin.server.cli;

import dev.serin.server.SerinServer;
import dev.serin.server.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real server in this process, on free ports and a store of its own, and commands against it. */
final class TestServer implements AutoCloseable {
  /** Starts real servers, as the program does. */
  static final ServerLauncher LAUNCHER =
      new ServerLauncher() {
        @Override
        public int run(List<String> arguments) {
          throw new AssertionError("servers are started in this process");
        }

        @Override
        public RunningServer start(List<String> arguments) {
          SerinServer server = SerinServer.start(ServerConfig.read(arguments, Map.of()).orThrow());
          return new RunningServer() {
            @Override
            public int grpcPort() {
              return server.grpcPort();
            }

            @Override
            public int httpPort() {
              return server.httpPort();
            }

            @Override
            public void close() {
              server.close();
            }
          };
        }
      };

  private final ServerLauncher.RunningServer server;
  private final String address;

  /** Starts it with its data in a directory, with more flags. */
  TestServer(Path directory, String... flags) {
    List<String> all =
        new ArrayList<>(List.of("--grpc-port=0", "--http-port=0", "--data-dir=" + directory));
    all.addAll(List.of(flags));
    server = LAUNCHER.start(all);
    // Asked for now: where it was is asked after it stopped too.
    address = "127.0.0.1:" + server.grpcPort();
  }

  String address() {
    return address;
  }

  Run run(String... arguments) {
    return runWith("", arguments);
  }

  /** Runs a command that reads this text. */
  Run runWith(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server=" + address());
    return Run.of(Run.NO_SERVER, input, false, all.toArray(String[]::new));
  }

  @Override
  public void close() {
    server.close();
  }
}
