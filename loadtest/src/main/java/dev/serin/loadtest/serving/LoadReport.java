package dev.serin.loadtest.serving;

import dev.serin.loadtest.report.Table;
import dev.serin.loadtest.wire.LoadResult;
import org.HdrHistogram.Histogram;

/** What a run of load saw, as tables: calls, failures by kind, latencies in microseconds. */
record LoadReport(LoadResult result) {

  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

  private static final double NANOS_PER_MICRO = 1e3;

  String text() {
    Table counts = new Table("calls", "count");
    counts.row("started", Long.toString(result.started()));
    counts.row("succeeded", Long.toString(result.succeeded()));
    result.failures().forEach((end, count) -> counts.row("failed: " + end, Long.toString(count)));
    if (result.unanswered() > 0) {
      counts.row("unanswered", Long.toString(result.unanswered()));
    }
    counts.row("per second", "%.0f".formatted(result.callsPerSecond()));
    if (result.succeeded() == 0) {
      return counts.text();
    }
    Table latencies = new Table("latency", "us");
    Histogram histogram = result.latencyNanos();
    for (double percentile : PERCENTILES) {
      latencies.row(
          "p" + (percentile == Math.rint(percentile) ? "%.0f" : "%s").formatted(percentile),
          micros(histogram.getValueAtPercentile(percentile)));
    }
    latencies.row("max", micros(histogram.getMaxValue()));
    return counts.text() + "\n" + latencies.text();
  }

  private static String micros(long nanos) {
    return "%.0f".formatted(nanos / NANOS_PER_MICRO);
  }
}
