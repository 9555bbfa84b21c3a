package dev.serin.server.cli;

import dev.serin.v1.RolloutCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands of rollouts' runs: only its sub-commands do something. */
@Command(
    name = "rollout",
    description = {
      "Start, watch and command rollouts.",
      "A rollout is a document: 'apply' takes its file, 'plan' and 'simulate' say what to expect."
    },
    synopsisSubcommandLabel = "COMMAND")
final class RolloutCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private RolloutCommands() {}

  /** The command with its sub-commands. */
  static CommandLine commandLine(Terminal terminal) {
    return new CommandLine(new RolloutCommands())
        .addSubcommand(new RolloutStartCommand(terminal))
        .addSubcommand(new RolloutStatusCommand(terminal))
        .addSubcommand(new RolloutWatchCommand(terminal))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "pause",
                RolloutCommand.ROLLOUT_COMMAND_PAUSE,
                "Do not move upwards until 'resume'.",
                "It goes on serving what it serves, and a regression is rolled back all the same."))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "resume",
                RolloutCommand.ROLLOUT_COMMAND_RESUME,
                "Go on after a pause.",
                "Asks a refused gate again; repeats a stage that reached its maximum."))
        .addSubcommand(new RolloutApproveCommand(terminal))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "advance",
                RolloutCommand.ROLLOUT_COMMAND_ADVANCE,
                "Enter the next stage now, whatever gate or evidence is missing."))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "promote",
                RolloutCommand.ROLLOUT_COMMAND_PROMOTE,
                "Serve the treatment to everybody now: enter the last stage."))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "rollback",
                RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK,
                "Serve the control to everybody now, and end the run."))
        .addSubcommand(
            RolloutMoveCommand.commandLine(
                terminal,
                "cancel",
                RolloutCommand.ROLLOUT_COMMAND_CANCEL,
                "End the run: everybody gets the control.",
                "Before its first stage the split keeps the weights of its document."))
        .addSubcommand(new RolloutHistoryCommand(terminal))
        .addSubcommand(new RolloutAuditCommand(terminal))
        .addSubcommand(new RolloutReplayCommand(terminal))
        .addSubcommand(new RolloutListCommand(terminal));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "command: missing (expected: one of these)");
  }
}
