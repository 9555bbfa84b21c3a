package dev.serin.loadtest.rollouts;

import com.google.protobuf.Timestamp;
import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Starts rollouts side by side, calls their features, and waits for what becomes of them. */
final class RolloutsRun {
  private static final long POLL_MILLIS = 500;
  private static final Duration PROGRESS = Duration.ofSeconds(10);
  private static final Duration WARM_WINDOW = Duration.ofSeconds(1);
  private static final Duration WARM_LIMIT = Duration.ofMinutes(2);

  /** A rate is held in a window where so many of its calls were answered. */
  private static final double HELD_SHARE = 0.95;

  private static final double NANOS = 1e9;

  private static final int PAGE = 1_000;
  private static final int QUEUE = 1 << 20;
  private static final long QUEUE_BYTES = 256L << 20;

  /** Answers on their way when the server says that nobody gets the treatment any more. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final RolloutSettings settings;
  private final int warmSeconds;
  private final Consumer<String> progress;

  /**
   * A run that has not begun.
   *
   * @param warmSeconds for how many seconds on end a feature without a rollout has to be called at
   *     the whole rate before, 1 or more; it is given up after two minutes
   * @param progress told a line now and then
   */
  RolloutsRun(RolloutSettings settings, int warmSeconds, Consumer<String> progress) {
    this.settings = settings;
    this.warmSeconds = warmSeconds;
    this.progress = progress;
  }

  /**
   * Runs it on a server that has nothing of it yet.
   *
   * @return the rollouts, as they ended or stood when the limit was over
   * @throws IOException where calls or outcomes failed, so that the rate was not what it should be
   */
  List<WatchedRun> on(int grpcPort) throws IOException {
    List<WatchedRun> runs = settings.runs();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), grpcPort);
    ManagedChannel channel =
        // What the callers do with an answer never waits.
        NettyChannelBuilder.forAddress(address).usePlaintext().directExecutor().build();
    try (OutcomeReporter reporter =
        OutcomeReporter.builder("loadtest")
            .target(address.getHostString() + ":" + grpcPort)
            .plaintext()
            .queue(QUEUE, QUEUE_BYTES)
            .build()) {
      var documents = new RolloutDocuments(channel);
      documents.create(runs, settings.stage());
      warmUp(channel, reporter, runs.size());
      try (var callers =
          new RolloutCallers(channel, reporter::report, () -> true, runs, 2 * settings.perArm())) {
        for (WatchedRun run : runs) {
          documents.start(run);
          run.begin(Instant.now());
        }
        watch(documents, callers, runs);
        if (callers.failures() > 0) {
          throw new IOException(
              "%d calls failed, the last: %s (expected: every call answered)"
                  .formatted(callers.failures(), callers.lastFailure()));
        }
      }
    } finally {
      channel.shutdownNow();
    }
    return runs;
  }

  private void warmUp(ManagedChannel channel, OutcomeReporter reporter, int rollouts) {
    WatchedRun run = new WatchedRun(RolloutDocuments.WARM_UP, 0, settings);
    run.begin(Instant.now());
    var ramp = new Ramp(2 * settings.perArm() * rollouts, warmSeconds);
    Instant begun = Instant.now();
    try (var callers =
        new RolloutCallers(channel, reporter::report, () -> true, List.of(run), ramp.rate())) {
      while (!ramp.isWarm() && Instant.now().isBefore(begun.plus(WARM_LIMIT))) {
        long answers = callers.answers();
        long window = System.nanoTime();
        rest(WARM_WINDOW);
        double due = ramp.rate() * (System.nanoTime() - window) / NANOS;
        ramp.window(callers.answers() - answers >= HELD_SHARE * due);
        callers.rate(ramp.rate());
      }
      progress.accept(
          "%s after %d s: %d calls answered, %d skipped, %d failed"
              .formatted(
                  ramp.isWarm() ? "warm" : "the whole rate was not held",
                  Duration.between(begun, Instant.now()).toSeconds(),
                  callers.answers(),
                  callers.skips(),
                  callers.failures()));
    }
  }

  private void watch(RolloutDocuments documents, RolloutCallers callers, List<WatchedRun> runs) {
    Instant begun = Instant.now();
    Instant end = runs.getLast().onset().plus(settings.limit());
    Instant next = begun;
    while (Instant.now().isBefore(end) && !runs.stream().allMatch(WatchedRun::isRolledBack)) {
      if (!Instant.now().isBefore(next)) {
        progress.accept(
            "%4d s: %d of %d rolled back, %d calls answered, %d skipped"
                .formatted(
                    Duration.between(begun, Instant.now()).toSeconds(),
                    runs.stream().filter(WatchedRun::isRolledBack).count(),
                    runs.size(),
                    callers.answers(),
                    callers.skips()));
        next = next.plus(PROGRESS);
      }
      Map<String, Instant> rolledBack = rolledBack(documents);
      for (WatchedRun run : runs) {
        Optional.ofNullable(rolledBack.get(run.key())).ifPresent(run::rolledBack);
      }
      rest(Duration.ofMillis(POLL_MILLIS));
    }
    rest(LAST_ANSWERS);
  }

  /** When runs were rolled back, by key of their rollout. */
  private static Map<String, Instant> rolledBack(RolloutDocuments documents) {
    return documents
        .rollouts()
        .listRollouts(
            ListRolloutsRequest.newBuilder()
                .setNamespace(RolloutDocuments.NAMESPACE)
                .setPageSize(PAGE)
                .addStates(RolloutState.ROLLOUT_STATE_ROLLED_BACK)
                .build())
        .getRunsList()
        .stream()
        .collect(Collectors.toMap(RolloutRun::getRollout, run -> time(run.getSince())));
  }

  private static Instant time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static void rest(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
    }
  }
}
