package dev.serin.server.cli;

import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is shown of a feature's outcomes, of which server, and how. */
final class AnalysisOptions {
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  @Option(
      names = "--metric",
      paramLabel = "KEY",
      description = "Only this metric; several times for several.")
  private List<String> metrics = List.of();

  CallOptions call() {
    return call;
  }

  OutputOptions output() {
    return output;
  }

  String feature() {
    return feature;
  }

  /** Keys of the metrics that are wanted; empty: all. */
  List<String> metrics() {
    return metrics;
  }
}
