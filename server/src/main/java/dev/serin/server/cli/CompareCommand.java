package dev.serin.server.cli;

import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares the variants of a feature's split by what their outcomes say. */
@Command(
    name = "compare",
    description = {
      "Compare the variants of a feature's split by what their outcomes say.",
      "t, p, d and their intervals are valid for a single look: watching until one pleases",
      "misleads. What is shown as valid at any time may be watched as often as one likes."
    })
final class CompareCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final AnalysisOptions options = new AnalysisOptions();

  @Option(
      names = "--split",
      paramLabel = "ID",
      description = "The split, where the feature has several.")
  private String split = "";

  @Option(
      names = "--control",
      paramLabel = "VARIANT",
      description = "Compare with this variant (default: the run's control, else the default one).")
  private String control = "";

  @Option(
      names = "--run",
      paramLabel = "ID",
      description = "A run (default: the one that moves the split, else the counting period).")
  private String run = "";

  @Option(names = "--stage", paramLabel = "N", description = "Only this stage of the run, from 1.")
  private @Nullable Integer stage;

  @Option(
      names = "--period",
      paramLabel = "REVISION",
      description = "An older counting period, by the revision it began with.")
  private @Nullable Long period;

  CompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CompareVariantsRequest.Builder request =
        CompareVariantsRequest.newBuilder()
            .setNamespace(options.call().namespace())
            .setFeature(options.feature())
            .setSplit(split)
            .setRunId(run)
            .setControl(control)
            .addAllMetrics(options.metrics());
    if (stage != null) {
      request.setStage(stage);
    }
    if (period != null) {
      request.setPeriod(period);
    }
    try (Session session = options.call().open()) {
      CompareVariantsResponse answer = session.analysis().compareVariants(request.build());
      options
          .output()
          .print(
              terminal,
              answer,
              () -> ComparisonText.lines(answer, terminal).forEach(terminal.out()::println));
    }
    return ExitCode.OK.code();
  }
}
