package dev.serin.loadtest.ingest;

import dev.serin.loadtest.process.Cores;
import dev.serin.loadtest.report.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ingest}: outcomes a second, what each costs the server, and when it is acknowledged. */
@Command(
    name = "ingest",
    description = {
      "Starts a server on an embedded store, reports outcomes of three values each to it over",
      "streams, durably acknowledged, and measures: outcomes a second at saturation, the server's",
      "CPU time for each, and from when a message was due to its acknowledgement at half of that."
    },
    mixinStandardHelpOptions = true)
public final class IngestCommand implements Callable<Integer> {
  @Option(
      names = "--seconds",
      defaultValue = "15",
      description = "Seconds of each measurement. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--users",
      defaultValue = "100000",
      description = "Different users. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--streams",
      description = "Measures only this many streams, with --batch. Default: 1 and 100 streams.")
  private int streams;

  @Option(
      names = "--batch",
      defaultValue = "100",
      description = "Outcomes of a message, with --streams. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      description =
          "Seconds of saturation before anything is measured: until then the JVM compiles on the"
              + " same core. Default: ${DEFAULT-VALUE}.")
  private int warmUpSeconds;

  /** Created by the command line. */
  public IngestCommand() {}

  /** A way to report. */
  private record Mode(int streams, int batch) {
    String title() {
      return streams
          + (streams == 1 ? " stream, " : " streams, ")
          + (batch == 1 ? "single messages" : "batches of " + batch);
    }
  }

  private static final List<Mode> MODES =
      List.of(new Mode(1, 100), new Mode(100, 100), new Mode(1, 1), new Mode(100, 1));

  @Override
  public Integer call() throws IOException {
    Cores cores = Cores.choose();
    System.out.println(cores.description());
    cores.pinThisProcess();
    Table table =
        new Table(
            "outcomes of three values",
            "a second",
            "CPU ns each",
            "a second and core",
            "ack p50 ms at half",
            "ack p99 ms at half");
    for (Mode mode : streams > 0 ? List.of(new Mode(streams, batch)) : MODES) {
      measure(cores, mode, table);
    }
    System.out.print(table.text());
    return 0;
  }

  private void measure(Cores cores, Mode mode, Table table) throws IOException {
    try (var server = IngestServer.start(cores)) {
      var batches = new OutcomeBatches(server.tokens(), mode.batch(), users, 1);
      try (var run =
          new IngestRun(
              server.address(), mode.streams(), batches, IngestRun.window(mode.streams()))) {
        run.saturate();
        IngestRun.rest(Duration.ofSeconds(warmUpSeconds));
        long before = run.acknowledged();
        Duration cpuBefore = server.cpu();
        long begin = System.nanoTime();
        IngestRun.rest(Duration.ofSeconds(seconds));
        long counted = run.acknowledged() - before;
        double elapsed = (System.nanoTime() - begin) / 1e9;
        double cpu = server.cpu().minus(cpuBefore).toNanos() / 1e9;
        run.stop();
        IngestRun.rest(Duration.ofSeconds(2));
        var _ = run.latencies();
        run.pace(counted / elapsed / 2, Duration.ofSeconds(seconds));
        Histogram latencies = run.latencies();
        run.finish();
        if (run.refused() > 0) {
          throw new IOException(run.refused() + " outcomes refused (expected: none)");
        }
        table.row(
            mode.title(),
            "%.0f".formatted(counted / elapsed),
            "%.0f".formatted(cpu / counted * 1e9),
            "%.0f".formatted(counted / cpu),
            "%.0f".formatted(latencies.getValueAtPercentile(50) / 1e6),
            "%.0f".formatted(latencies.getValueAtPercentile(99) / 1e6));
      }
    }
  }
}
