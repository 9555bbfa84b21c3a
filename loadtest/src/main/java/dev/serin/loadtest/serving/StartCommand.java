package dev.serin.loadtest.serving;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code start}: from the start of the process to the first answered call. */
@Command(
    name = "start",
    description = {
      "Starts bin/serin server again and again on a store that holds a feature, and measures",
      "from the start of the process to the first answered Evaluate. As users start it: with the",
      "start cache, which the launcher makes once for a jar."
    },
    mixinStandardHelpOptions = true)
public final class StartCommand implements Callable<Integer> {

  /** The project's target. */
  private static final Duration TARGET = Duration.ofSeconds(2);

  @Option(
      names = "--starts",
      defaultValue = "10",
      description = "Starts that are measured. Default: ${DEFAULT-VALUE}.")
  private int starts;

  @Option(names = "--without-cache", description = "Starts without the start cache.")
  private boolean withoutCache;

  /**
   * One start.
   *
   * @param servingMillis until it said that it serves
   * @param answeredMillis until the first call was answered
   * @param cpuMillis CPU time the process had used by then
   */
  private record Start(double servingMillis, double answeredMillis, double cpuMillis) {}

  /** Created by the command line. */
  public StartCommand() {}

  @Override
  public Integer call() throws IOException {
    try (var directory = TemporaryDirectory.create()) {
      Path data = directory.path().resolve("data");
      Path log = directory.path().resolve("server.log");
      List<String> command = new ArrayList<>(Installation.own().server(data));
      if (withoutCache) {
        command.addAll(0, List.of("env", "SERIN_START_CACHE=off"));
      }
      try (var first = ServerUnderTest.start(command, log)) {
        ServedWorkload.prepare(Target.local(first.grpcPort()));
      }
      // The second start warms this client, which is no part of what is measured.
      measure(command, log);
      List<Start> measured = new ArrayList<>();
      for (int i = 0; i < starts; i++) {
        measured.add(measure(command, log));
      }
      report(measured);
    }
    return 0;
  }

  private static Start measure(List<String> command, Path log) throws IOException {
    try (var server = ServerUnderTest.start(command, log)) {
      ManagedChannel channel = Target.local(server.grpcPort()).channel();
      try {
        new Namespaces(channel)
            .awaitServed(EvaluateCalls.request(Namespaces.NAME, ServedWorkload.FEATURE, 0));
        long answeredNanos = System.nanoTime();
        return new Start(
            (server.servingNanos() - server.startedNanos()) / 1e6,
            (answeredNanos - server.startedNanos()) / 1e6,
            server.cpu().toNanos() / 1e6);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private void report(List<Start> measured) {
    Table table = new Table("from process start, ms", "median", "min", "max");
    row(table, "says that it serves", measured.stream().mapToDouble(Start::servingMillis));
    row(table, "first call answered", measured.stream().mapToDouble(Start::answeredMillis));
    row(table, "CPU used by then", measured.stream().mapToDouble(Start::cpuMillis));
    System.out.print(table.text());
    double median =
        new Samples(measured.stream().mapToDouble(Start::answeredMillis).toArray()).median();
    System.out.printf(
        "%n%d starts %s the start cache; target: under %d ms: %s%n",
        measured.size(),
        withoutCache ? "without" : "with",
        TARGET.toMillis(),
        median < TARGET.toMillis() ? "met" : "missed");
  }

  private static void row(Table table, String name, DoubleStream values) {
    Samples samples = new Samples(values.toArray());
    table.row(
        name,
        "%.0f".formatted(samples.median()),
        "%.0f".formatted(samples.min()),
        "%.0f".formatted(samples.max()));
  }
}
