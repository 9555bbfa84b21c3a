package dev.serin.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line's root: only its sub-commands do something. */
@Command(
    name = "serin",
    description = "Gradual rollouts and A/B tests: which variant does this user get?",
    synopsisSubcommandLabel = "COMMAND")
final class SerinCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "command: missing (expected: one of these)");
  }
}
