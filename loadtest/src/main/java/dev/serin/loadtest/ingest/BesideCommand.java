package dev.serin.loadtest.ingest;

import dev.serin.loadtest.process.Cores;
import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.wire.Bound;
import dev.serin.loadtest.wire.LoadResult;
import dev.serin.loadtest.wire.Pace;
import dev.serin.loadtest.wire.PreparedCalls;
import dev.serin.loadtest.wire.WireClient;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code beside}: what Evaluate's callers notice of outcomes that come in at the same time. */
@Command(
    name = "beside",
    description = {
      "Evaluate's latency in an open loop, in windows that alternate: without outcomes, and while",
      "100 streams report at half of what the server takes at most, which is measured first. Each",
      "two neighbouring windows give a ratio of their 99th percentiles."
    },
    mixinStandardHelpOptions = true)
public final class BesideCommand implements Callable<Integer> {
  private static final int STREAMS = 100;
  private static final int BATCH = 100;
  private static final int USERS = 100_000;
  private static final int CONNECTIONS = 4;
  private static final double P99 = 99;
  private static final Duration SATURATION = Duration.ofSeconds(10);
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  @Option(
      names = "--windows",
      defaultValue = "20",
      description = "Windows, half of them beside outcomes. Default: ${DEFAULT-VALUE}.")
  private int windows;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "Seconds of a window. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--rate",
      defaultValue = "2000",
      description = "Evaluate calls a second. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      description =
          "Seconds of saturation before anything is measured: until then the JVM compiles on the"
              + " same core. Default: ${DEFAULT-VALUE}.")
  private int warmUpSeconds;

  /** Created by the command line. */
  public BesideCommand() {}

  @Override
  public Integer call() throws IOException {
    if (windows < 2 || windows % 2 != 0 || seconds < 1) {
      throw new IllegalArgumentException(
          "windows, seconds: " + windows + ", " + seconds + " (expected: even, 1 or more)");
    }
    Cores cores = Cores.choose();
    System.out.println(cores.description());
    cores.pinThisProcess();
    try (var server = IngestServer.start(cores);
        var client = WireClient.connect(server.address(), CONNECTIONS, calls(server.address()));
        var ingest =
            new IngestRun(
                server.address(),
                STREAMS,
                new OutcomeBatches(server.tokens(), BATCH, USERS, 1),
                IngestRun.window(STREAMS))) {
      measure(client, ingest);
      ingest.finish();
    }
    return 0;
  }

  private static PreparedCalls calls(InetSocketAddress server) {
    List<byte[]> messages = new ArrayList<>();
    for (int user = 0; user < USERS; user += USERS / 1_000) {
      messages.add(
          EvaluateRequest.newBuilder()
              .setNamespace(IngestFeatures.NAMESPACE)
              .setFeature(IngestFeatures.FEATURE)
              .setUserKey("user-" + user)
              .build()
              .toByteArray());
    }
    return new PreparedCalls(
        server.getHostString() + ":" + server.getPort(),
        "/" + DecisionServiceGrpc.getEvaluateMethod().getFullMethodName(),
        messages);
  }

  private void measure(WireClient client, IngestRun ingest) throws IOException {
    Duration warmUp = Duration.ofSeconds(warmUpSeconds);
    var _ = p99(client, warmUp);
    double saturation = ingest.saturation(warmUp, SATURATION);
    System.out.printf("outcomes at saturation: %.0f a second%n", saturation);
    List<Double> alone = new ArrayList<>();
    List<Double> beside = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    Duration window = Duration.ofSeconds(seconds);
    // What is compiled anew when calls and outcomes come together is not measured.
    var _ = beside(client, ingest, saturation / 2, warmUp);
    for (int pair = 0; pair < windows / 2; pair++) {
      // Who comes second finds the caches of the first: take turns.
      boolean aloneFirst = pair % 2 == 0;
      if (aloneFirst) {
        alone.add(p99(client, window));
      }
      beside.add(beside(client, ingest, saturation / 2, window));
      if (!aloneFirst) {
        alone.add(p99(client, window));
      }
      ratios.add(beside.getLast() / alone.getLast());
      System.out.printf(
          "windows %2d and %2d: p99 %.3f ms alone, %.3f ms beside, ratio %.2f%n",
          2 * pair + 1, 2 * pair + 2, alone.getLast(), beside.getLast(), ratios.getLast());
    }
    System.out.printf(
        "median p99 %.3f ms alone, %.3f ms beside; median ratio %.2f (%.2f to %.2f)%n",
        samples(alone).median(),
        samples(beside).median(),
        samples(ratios).median(),
        samples(ratios).min(),
        samples(ratios).max());
  }

  private double beside(WireClient client, IngestRun ingest, double outcomes, Duration time)
      throws IOException {
    CompletableFuture<Void> reporting =
        CompletableFuture.runAsync(() -> ingest.pace(outcomes, time.plus(BETWEEN)));
    double milliseconds = p99(client, time);
    reporting.join();
    IngestRun.rest(BETWEEN);
    return milliseconds;
  }

  private static Samples samples(List<Double> values) {
    return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Milliseconds that 99 of 100 calls take at most, from when they were due. */
  private double p99(WireClient client, Duration time) throws IOException {
    LoadResult result =
        client.run(new Pace.Open(rate, Pace.Arrivals.POISSON), new Bound(Bound.MAX_CALLS, time));
    if (!result.clean()) {
      throw new IOException(
          "calls: %d of %d ended well, %s (expected: all)"
              .formatted(result.succeeded(), result.started(), result.failures()));
    }
    return result.latencyNanos().getValueAtPercentile(P99) / 1e6;
  }
}
