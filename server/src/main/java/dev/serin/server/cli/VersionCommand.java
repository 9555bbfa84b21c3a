package dev.serin.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Says which Serin this is. */
@Command(name = "version", description = "Print the version of Serin and of Java.")
final class VersionCommand implements Callable<Integer> {
  private final Terminal terminal;

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    // Written into the jar's manifest; classes run from a build tree have none.
    @Nullable String version = VersionCommand.class.getPackage().getImplementationVersion();
    terminal
        .out()
        .printf(
            "serin %s (Java %s)%n", version == null ? "unpackaged" : version, Runtime.version());
    return ExitCode.OK.code();
  }
}
