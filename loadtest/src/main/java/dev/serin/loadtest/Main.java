package dev.serin.loadtest;

import dev.serin.loadtest.decisions.DecisionsCommand;
import dev.serin.loadtest.evaluation.EngineCommand;
import dev.serin.loadtest.faults.FaultsCommand;
import dev.serin.loadtest.hash.HashCommand;
import dev.serin.loadtest.ingest.BesideCommand;
import dev.serin.loadtest.ingest.IngestCommand;
import dev.serin.loadtest.judging.ControllerCommand;
import dev.serin.loadtest.judging.TickCommand;
import dev.serin.loadtest.memory.MemoryCommand;
import dev.serin.loadtest.rollouts.RolloutsCommand;
import dev.serin.loadtest.serving.LoadCommand;
import dev.serin.loadtest.serving.PairedCommand;
import dev.serin.loadtest.serving.PropagationCommand;
import dev.serin.loadtest.serving.StartCommand;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the load tests: one subcommand per question. */
@Command(
    name = "loadtest/run",
    description =
        "Measures Serin. Every number of docs/performance.md comes from here, and the tables of"
            + " docs/statistics.md.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BesideCommand.class,
      ControllerCommand.class,
      DecisionsCommand.class,
      EngineCommand.class,
      FaultsCommand.class,
      HashCommand.class,
      IngestCommand.class,
      LoadCommand.class,
      MemoryCommand.class,
      PairedCommand.class,
      PropagationCommand.class,
      RolloutsCommand.class,
      StartCommand.class,
      TickCommand.class
    })
public final class Main {

  private Main() {}

  /** Runs one subcommand and exits with its status. */
  public static void main(String[] arguments) {
    CommandLine commandLine =
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
    System.exit(commandLine.execute(arguments));
  }

  /** What the caller can mend is told in a line; anything else is shown with its trace. */
  private static int explain(Exception failure, CommandLine command) throws Exception {
    if (failure instanceof IllegalArgumentException
        || failure instanceof IOException
        || failure instanceof StatusRuntimeException) {
      command.getErr().println(failure.getMessage());
      for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
        command.getErr().println("  because: " + cause);
      }
      return failure instanceof IllegalArgumentException
          ? CommandLine.ExitCode.USAGE
          : CommandLine.ExitCode.SOFTWARE;
    }
    throw failure;
  }
}
