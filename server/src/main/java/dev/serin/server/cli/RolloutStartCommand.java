package dev.serin.server.cli;

import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.StartRolloutResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts a run of a rollout. */
@Command(
    name = "start",
    description = {
      "Start a run of a rollout.",
      "It is judged by the documents as they are now: later changes take effect with the next run.",
      "--expect 0 refuses unless it was never started."
    })
final class RolloutStartCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final RolloutChangeOptions options = new RolloutChangeOptions();

  RolloutStartCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StartRolloutRequest.Builder request =
        StartRolloutRequest.newBuilder()
            .setNamespace(options.rollout().namespace())
            .setRollout(options.rollout().rollout())
            .setNote(options.note())
            .setRequestId(options.requestId());
    options.expectedVersion().ifPresent(request::setExpectedVersion);
    try (Session session = options.rollout().open()) {
      StartRolloutResponse answer =
          options.sent(terminal, () -> session.rollouts().startRollout(request.build()));
      options
          .output()
          .print(
              terminal,
              answer,
              () -> terminal.out().println(RolloutText.line(answer.getRun(), terminal)));
    }
    return ExitCode.OK.code();
  }
}
