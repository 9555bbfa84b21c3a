package dev.serin.server.cli;

import dev.serin.server.rollout.simulation.SimulationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Results of simulations as a table, a small chart, and CSV. */
final class SimulationText {
  /** Columns of the longest bar. */
  private static final int BAR = 40;

  private static final String NONE = "-";

  private SimulationText() {}

  static List<String> lines(Terminal terminal, List<SimulationResult> results) {
    Table table =
        new Table(
            "JUDGE",
            ">RUNS",
            ">FALSE ALARMS",
            ">DETECTED",
            ">MEDIAN",
            ">P90",
            ">TIMED OUT",
            ">COMPLETED",
            ">FALSE PROMOTIONS",
            ">UNDECIDED");
    for (SimulationResult result : results) {
      table.row(
          result.judge(),
          result.runs(),
          share(result.falseAlarms(), result),
          share(result.detected(), result),
          time(result.medianToDetect()),
          time(result.p90ToDetect()),
          share(result.timedOut(), result),
          share(result.completed(), result),
          share(result.falsePromotions(), result),
          share(result.undecided(), result));
    }
    List<String> lines = new ArrayList<>(table.lines(terminal));
    lines.addAll(chart(terminal, results));
    return lines;
  }

  /** A bar for each judge that detects anything: the median time to detect. */
  private static List<String> chart(Terminal terminal, List<SimulationResult> results) {
    long longest =
        results.stream()
            .flatMap(result -> result.medianToDetect().stream())
            .mapToLong(Duration::toSeconds)
            .max()
            .orElse(0);
    List<String> lines = new ArrayList<>();
    if (longest == 0) {
      return lines;
    }
    Table bars = new Table("MEDIAN TIME TO DETECT", "", ">");
    for (SimulationResult result : results) {
      result
          .medianToDetect()
          .ifPresent(
              median ->
                  bars.row(
                      result.judge(),
                      "█".repeat((int) Math.max(1, BAR * median.toSeconds() / longest)),
                      time(Optional.of(median))));
    }
    lines.add("");
    lines.addAll(bars.lines(terminal));
    return lines;
  }

  static String csv(List<SimulationResult> results) {
    StringBuilder text =
        new StringBuilder(
            "judge,runs,false_alarms,detected,median_seconds,p90_seconds,timed_out,completed,"
                + "false_promotions,undecided\n");
    for (SimulationResult result : results) {
      text.append('"').append(result.judge()).append('"');
      text.append(',').append(result.runs());
      text.append(',').append(result.falseAlarms());
      text.append(',').append(result.detected());
      text.append(',').append(seconds(result.medianToDetect()));
      text.append(',').append(seconds(result.p90ToDetect()));
      text.append(',').append(result.timedOut());
      text.append(',').append(result.completed());
      text.append(',').append(result.falsePromotions());
      text.append(',').append(result.undecided());
      text.append('\n');
    }
    return text.toString();
  }

  private static String share(int count, SimulationResult result) {
    return String.format(Locale.ROOT, "%.3f", (double) count / result.runs());
  }

  private static String time(Optional<Duration> time) {
    return time.map(one -> one.toSeconds() + " s").orElse(NONE);
  }

  private static String seconds(Optional<Duration> time) {
    return time.map(one -> Long.toString(one.toSeconds())).orElse("");
  }
}
