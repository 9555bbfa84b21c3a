package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.report.Table;
import dev.serin.loadtest.workload.Workload;
import java.util.List;
import java.util.Optional;

/**
 * The engine benchmark's table: CPU time and bytes per evaluation, the target where Serin has one,
 * and how many times as much CPU each evaluator takes as Serin with a raw context, or where
 * building the context is part of the work, as Serin with one set by name.
 *
 * @param measurements one per workload and contestant
 */
record EngineReport(List<Measurement> measurements) {

  /**
   * One line of the benchmark.
   *
   * @param cpuNanos CPU time of the measuring thread per evaluation
   * @param wallNanos elapsed time per evaluation
   * @param allocatedBytes bytes allocated per evaluation
   */
  record Measurement(
      Workload workload,
      Contestant contestant,
      double cpuNanos,
      double wallNanos,
      double allocatedBytes) {}

  EngineReport {
    measurements = List.copyOf(measurements);
  }

  String text() {
    Table table = new Table("workload", "evaluator", "CPU ns", "target", "B", "wall ns", "x Serin");
    for (Workload workload : Workload.values()) {
      Optional<Measurement> base =
          find(workload, workload.buildsContext() ? Contestant.SERIN_NAMED : Contestant.SERIN_RAW);
      for (Contestant contestant : Contestant.values()) {
        find(workload, contestant)
            .ifPresent(
                measured ->
                    table.row(
                        workload.name(),
                        contestant.title(),
                        "%.1f".formatted(measured.cpuNanos()),
                        target(workload, contestant),
                        "%.0f".formatted(measured.allocatedBytes()),
                        "%.1f".formatted(measured.wallNanos()),
                        base.map(serin -> measured.cpuNanos() / serin.cpuNanos())
                            .map("%.2f"::formatted)
                            .orElse("")));
      }
    }
    return table.text();
  }

  /** The project's targets in nanoseconds of CPU; building the context has none. */
  static String target(Workload workload, Contestant contestant) {
    return switch (contestant) {
      case SERIN_RAW ->
          switch (workload) {
            case W1 -> "25";
            case W2 -> "50";
            case W2_BUILD -> "";
            case W3 -> "250";
            case W4_MEMBER, W4_OTHER -> "175";
          };
      case SERIN_RESOLVED, SERIN_NEXT ->
          switch (workload) {
            case W1 -> "15";
            case W2 -> "20";
            case W2_BUILD -> "";
            case W3 -> "120";
            case W4_MEMBER -> "110";
            case W4_OTHER -> "40";
          };
      case SERIN_NAMED, LAUNCHDARKLY, SPLIT -> "";
    };
  }

  private Optional<Measurement> find(Workload workload, Contestant contestant) {
    return measurements.stream()
        .filter(it -> it.workload() == workload && it.contestant() == contestant)
        .findFirst();
  }
}
