package dev.serin.server.cli;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.TimeSlot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what the variants of a feature did over time, and where its rollouts stood. */
@Command(
    name = "series",
    description = "Show a feature's variants by time slot, and its rollouts by minute.")
final class SeriesCommand implements Callable<Integer> {
  private static final String NONE = "-";
  private static final double PERCENT = 100;

  private final Terminal terminal;
  @Mixin private final AnalysisOptions options = new AnalysisOptions();

  @Option(
      names = "--last",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = CallOptions.Seconds.class,
      description = "How far back: 90s, 10m, 24h (default: 10m).")
  private Duration last = Duration.ZERO;

  @Option(
      names = "--slot",
      paramLabel = "TIME",
      converter = CallOptions.Seconds.class,
      description = "Width of a slot, 10s or 60s (default: 10s within the last hour).")
  private @Nullable Duration slot;

  SeriesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    long now = InstantSource.system().millis();
    GetTimeSeriesRequest.Builder request =
        GetTimeSeriesRequest.newBuilder()
            .setNamespace(options.call().namespace())
            .setFeature(options.feature())
            .setFrom(Timestamps.fromMillis(now - last.toMillis()))
            .addAllMetrics(options.metrics());
    if (slot != null) {
      request.setSlot(Durations.fromMillis(slot.toMillis()));
    }
    try (Session session = options.call().open()) {
      GetTimeSeriesResponse answer = session.analysis().getTimeSeries(request.build());
      options
          .output()
          .print(terminal, answer, () -> lines(answer).forEach(terminal.out()::println));
    }
    return ExitCode.OK.code();
  }

  private List<String> lines(GetTimeSeriesResponse answer) {
    List<String> lines = new ArrayList<>(table(answer).lines(terminal));
    if (answer.getRolloutsCount() > 0) {
      lines.add("");
      lines.addAll(RolloutSlotsTable.of(answer.getRolloutsList()).lines(terminal));
    }
    if (!answer.getRolloutsMissing().isEmpty()) {
      lines.add("rollouts: not known: " + Texts.printable(answer.getRolloutsMissing()));
    }
    return lines;
  }

  /** A row for each metric of a slot, and one where it has none. */
  private static Table table(GetTimeSeriesResponse answer) {
    Table table =
        new Table(
            "TIME",
            "VARIANT",
            ">SHARE",
            ">PER SECOND",
            "METRIC",
            ">COUNT",
            ">MEAN",
            ">P50",
            ">P95",
            ">P99");
    for (TimeSlot slot : answer.getSlotsList()) {
      for (SlotMetric metric : slot.getMetricsList()) {
        row(table, slot, metric);
      }
      if (slot.getMetricsCount() == 0) {
        row(table, slot, SlotMetric.getDefaultInstance());
      }
    }
    return table;
  }

  private static void row(Table table, TimeSlot slot, SlotMetric metric) {
    boolean hasMetric = !metric.getMetric().isEmpty();
    table.row(
        Texts.time(slot.getTime()),
        slot.getVariant(),
        slot.hasTrafficShare()
            ? ComparisonText.shown(PERCENT * slot.getTrafficShare()) + " %"
            : NONE,
        ComparisonText.shown(slot.getDecisionsPerSecond()),
        hasMetric ? metric.getMetric() : NONE,
        hasMetric ? Texts.number(metric.getCount()) : NONE,
        metric.hasMean() ? ComparisonText.shown(metric.getMean()) : NONE,
        metric.hasP50() ? ComparisonText.shown(metric.getP50()) : NONE,
        metric.hasP95() ? ComparisonText.shown(metric.getP95()) : NONE,
        metric.hasP99() ? ComparisonText.shown(metric.getP99()) : NONE);
  }
}
