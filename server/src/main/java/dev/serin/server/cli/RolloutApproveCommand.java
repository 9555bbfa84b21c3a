package dev.serin.server.cli;

import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutGate;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Passes a gate that waits for an approval. */
@Command(
    name = "approve",
    description = {
      "Pass the gate that waits for an approval; --reason is its comment.",
      "With --gate a second click does not pass the gate after it."
    })
final class RolloutApproveCommand implements Callable<Integer> {
  private static final Pattern GATE = Pattern.compile("([1-9][0-9]{0,3})\\.([1-9][0-9]{0,3})");

  private final Terminal terminal;
  @Mixin private final RolloutChangeOptions options = new RolloutChangeOptions();

  @Option(
      names = "--gate",
      paramLabel = "STAGE.GATE",
      defaultValue = "",
      description = {
        "Refuse unless this gate is open: 3.1 is the first before stage 3",
        "(default: the open one)."
      })
  private String gate = "";

  RolloutApproveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandRolloutRequest.Builder request =
        CommandRolloutRequest.newBuilder().setCommand(RolloutCommand.ROLLOUT_COMMAND_APPROVE);
    if (!gate.isEmpty()) {
      request.setGate(gate());
    }
    return RolloutMoveCommand.send(terminal, options, request);
  }

  private RolloutGate gate() {
    Matcher named = GATE.matcher(gate);
    if (!named.matches()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--gate: " + gate + " (expected: STAGE.GATE, such as 3.1)");
    }
    return RolloutGate.newBuilder()
        .setStage(Integer.parseInt(named.group(1)))
        .setGate(Integer.parseInt(named.group(2)))
        .build();
  }
}
