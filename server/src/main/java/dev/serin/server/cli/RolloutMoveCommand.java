package dev.serin.server.cli;

import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CommandRolloutResponse;
import dev.serin.v1.RolloutCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gives a rollout's run one of the commands that need nothing but a reason. */
@Command
final class RolloutMoveCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final RolloutCommand command;
  @Mixin private final RolloutChangeOptions options = new RolloutChangeOptions();

  private RolloutMoveCommand(Terminal terminal, RolloutCommand command) {
    this.terminal = terminal;
    this.command = command;
  }

  static CommandLine commandLine(
      Terminal terminal, String name, RolloutCommand command, String... description) {
    CommandLine line =
        new CommandLine(new RolloutMoveCommand(terminal, command)).setCommandName(name);
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  @Override
  public Integer call() {
    return send(terminal, options, CommandRolloutRequest.newBuilder().setCommand(command));
  }

  /** Sends a command and tells what came of it. */
  static int send(
      Terminal terminal, RolloutChangeOptions options, CommandRolloutRequest.Builder request) {
    request
        .setNamespace(options.rollout().namespace())
        .setRollout(options.rollout().rollout())
        .setNote(options.note())
        .setRequestId(options.requestId());
    options.expectedVersion().ifPresent(request::setExpectedVersion);
    try (Session session = options.rollout().open()) {
      CommandRolloutResponse answer =
          options.sent(terminal, () -> session.rollouts().commandRollout(request.build()));
      options
          .output()
          .print(
              terminal,
              answer,
              () -> {
                if (!answer.getMoved()) {
                  terminal
                      .out()
                      .println(Texts.printable("nothing changed: " + answer.getBecause()));
                }
                terminal.out().println(RolloutText.line(answer.getRun(), terminal));
              });
    }
    return ExitCode.OK.code();
  }
}
