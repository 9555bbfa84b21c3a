package dev.serin.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs a server; its arguments are the server's own. */
@Command(name = "server", description = "Run a server ('serin server --help' lists its settings).")
final class ServerCommand implements Callable<Integer> {
  private final ServerLauncher launcher;
  @Unmatched private List<String> arguments = new ArrayList<>();

  ServerCommand(ServerLauncher launcher) {
    this.launcher = launcher;
  }

  @Override
  public Integer call() {
    return launcher.run(List.copyOf(arguments));
  }
}
