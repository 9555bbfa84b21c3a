package dev.serin.server.cli;

import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tells where a rollout stands. */
@Command(
    name = "status",
    description = {
      "Tell where a rollout stands: its stages, the newest look at its evidence, what to expect.",
      "'-o json' tells everything, the documents included."
    })
final class RolloutStatusCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final RolloutOptions options = new RolloutOptions();
  @Mixin private final RolloutRunOption run = new RolloutRunOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  RolloutStatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    GetRolloutRequest.Builder request =
        GetRolloutRequest.newBuilder()
            .setNamespace(options.namespace())
            .setRollout(options.rollout());
    run.set(request::setRunNumber);
    try (Session session = options.open()) {
      GetRolloutResponse answer = session.rollouts().getRollout(request.build());
      output.print(
          terminal,
          answer,
          () ->
              RolloutText.lines(answer.getRun(), answer.getProgress(), terminal)
                  .forEach(terminal.out()::println));
    }
    return ExitCode.OK.code();
  }
}
