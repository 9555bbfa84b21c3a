package dev.serin.loadtest.serving;

import dev.serin.loadtest.process.Cores;
import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.JvmCommand;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.wire.Bound;
import dev.serin.loadtest.wire.LoadResult;
import dev.serin.loadtest.wire.Pace;
import dev.serin.loadtest.wire.WireClient;
import dev.serin.v1.EvaluateResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code paired}: what Evaluate costs beside a stub that answers a constant. */
@Command(
    name = "paired",
    description = {
      "CPU of the server per Evaluate (W2, six attributes), beside a stock stub that parses the",
      "same request and answers a constant, on the same server stack with the same JVM options.",
      "Both run on one core, the client on another; they are hit in short bursts in turn.",
      "With --beside, the other one is another build of Serin: what a change costs."
    },
    mixinStandardHelpOptions = true)
public final class PairedCommand implements Callable<Integer> {

  /** A burst ends by its calls; this only keeps a server that stands still from holding it. */
  private static final Duration BURST_TIMEOUT = Duration.ofMinutes(2);

  @Option(
      names = "--pairs",
      defaultValue = "3",
      description = "Pairs of processes, one after another. Default: ${DEFAULT-VALUE}.")
  private int pairs;

  @Option(
      names = "--rounds",
      defaultValue = "15",
      description = "Rounds of each pair. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--burst-calls",
      defaultValue = "100000",
      description = "Calls to each server in a round. Default: ${DEFAULT-VALUE}.")
  private long burstCalls;

  @Option(
      names = "--warm-up-calls",
      defaultValue = "600000",
      description = "Calls to each server before the first round. Default: ${DEFAULT-VALUE}.")
  private long warmUpCalls;

  @Option(
      names = "--connections",
      defaultValue = "4",
      description = "Connections to each server. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--streams",
      defaultValue = "25",
      description = "Calls kept open on each connection. Default: ${DEFAULT-VALUE}.")
  private int streams;

  @Option(
      names = "--beside",
      paramLabel = "DIR",
      description = "Beside the Serin of this checkout, built, instead of the stub.")
  private @Nullable Path beside;

  /** Created by the command line. */
  public PairedCommand() {}

  @Override
  public Integer call() throws IOException {
    Cores cores = Cores.choose();
    cores.pinThisProcess();
    System.out.println(cores.description());
    PairedRounds measured = beside == null ? PairedRounds.ofStub() : PairedRounds.ofBuilds();
    for (int pair = 1; pair <= pairs; pair++) {
      measure(pair, cores, measured);
    }
    System.out.println();
    System.out.print(measured.text());
    return 0;
  }

  private void measure(int pair, Cores cores, PairedRounds measured) throws IOException {
    Installation installation = Installation.own();
    try (var directory = TemporaryDirectory.create()) {
      Path log = directory.path().resolve("server.log");
      try (var serin =
          ServerUnderTest.start(
              cores.onServerCore(installation.server(directory.path().resolve("data"))), log)) {
        EvaluateResponse answer = ServedWorkload.prepare(Target.local(serin.grpcPort()));
        List<String> command =
            beside == null
                ? JvmCommand.of(
                    serin.jvmOptions(),
                    installation.serverJar() + ":" + System.getProperty("java.class.path"),
                    StockStub.class,
                    StockStub.arguments(answer))
                : Installation.at(beside).server(directory.path().resolve("beside"));
        try (var other = ServerUnderTest.start(cores.onServerCore(command), log)) {
          if (beside != null) {
            ServedWorkload.prepare(Target.local(other.grpcPort()));
          }
          rounds(pair, serin, other, measured);
        }
      }
    }
  }

  private void rounds(int pair, ServerUnderTest serin, ServerUnderTest other, PairedRounds measured)
      throws IOException {
    try (var toSerin = client(serin);
        var toOther = client(other)) {
      for (long calls = 0; calls < warmUpCalls; calls += burstCalls) {
        burst(toSerin, serin);
        burst(toOther, other);
      }
      for (int round = 0; round < rounds; round++) {
        // Who comes second finds the clock rate and caches of the first: take turns.
        boolean serinFirst = round % 2 == 0;
        double first = serinFirst ? burst(toSerin, serin) : burst(toOther, other);
        double second = serinFirst ? burst(toOther, other) : burst(toSerin, serin);
        var result =
            new PairedRounds.Round(pair, serinFirst ? first : second, serinFirst ? second : first);
        measured.add(result);
        System.out.printf(
            "pair %d round %2d: Serin %5.2f us, %s %5.2f us, ratio %.3f%n",
            pair,
            round + 1,
            result.serinMicros(),
            measured.other(),
            result.otherMicros(),
            result.ratio());
      }
    }
  }

  private WireClient client(ServerUnderTest server) throws IOException {
    Target target = Target.local(server.grpcPort());
    return WireClient.connect(
        target.address(),
        connections,
        EvaluateCalls.of(target, Namespaces.NAME, ServedWorkload.FEATURE));
  }

  /** Returns the CPU microseconds per call of one burst, in which every call must end well. */
  private double burst(WireClient client, ServerUnderTest server) throws IOException {
    Duration before = server.cpu();
    LoadResult result = client.run(new Pace.Closed(streams), new Bound(burstCalls, BURST_TIMEOUT));
    Duration used = server.cpu().minus(before);
    if (!result.clean()) {
      throw new IOException(
          "burst: %d of %d calls ended well, %s (expected: all)"
              .formatted(result.succeeded(), result.started(), result.failures()));
    }
    return used.toNanos() / 1e3 / result.succeeded();
  }
}
