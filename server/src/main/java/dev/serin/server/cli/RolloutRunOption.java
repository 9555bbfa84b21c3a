package dev.serin.server.cli;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which of a rollout's runs. */
final class RolloutRunOption {
  @Option(
      names = "--run",
      paramLabel = "N",
      description = "Which of its runs, from 1 (default: the newest).")
  private @Nullable Long number;

  /** Tells the number, where one is named. */
  void set(LongConsumer request) {
    if (number == null) {
      return;
    }
    if (number < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--run: " + number + " (expected: 1 or more)");
    }
    request.accept(number);
  }
}
