package dev.serin.loadtest;

import dev.serin.loadtest.evaluation.EngineCommand;
import dev.serin.loadtest.hash.HashCommand;
import dev.serin.loadtest.serving.LoadCommand;
import dev.serin.loadtest.serving.PairedCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the load tests: one subcommand per question. */
@Command(
    name = "loadtest/run",
    description = "Measures Serin. Every number of docs/performance.md comes from here.",
    mixinStandardHelpOptions = true,
    subcommands = {EngineCommand.class, HashCommand.class, LoadCommand.class, PairedCommand.class})
public final class Main {

  private Main() {}

  /** Runs one subcommand and exits with its status. */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(commandLine.execute(arguments));
  }
}
