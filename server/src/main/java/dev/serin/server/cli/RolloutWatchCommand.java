package dev.serin.server.cli;

import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Watches a rollout's run to its end. */
@Command(
    name = "watch",
    description = {
      "Watch a rollout's newest run to its end: its stages, the evidence of each metric, what to",
      "expect, and the last decisions; a line for each decision where the output is no terminal.",
      "Ends with 0 where the run is completed, 6 where it is rolled back, 7 where it is cancelled."
    })
final class RolloutWatchCommand implements Callable<Integer> {
  /** A server that is started again is back by then. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A server sends something each 5 s: one that has not for so long is gone without a word. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  /** What is tried again once the server was there. */
  private static final Set<Status.Code> AWAY =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  /** As the API allows. */
  private static final int MAX_ENTRIES = 100;

  private final Terminal terminal;
  @Mixin private final RolloutOptions options = new RolloutOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "5",
      description = "Show so many of the last decisions, 0 to 100 (default: 5).")
  private int entries;

  RolloutWatchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (entries < 0 || entries > MAX_ENTRIES) {
      throw new CommandFailure(
          ExitCode.USAGE, "--entries: " + entries + " (expected: 0 to " + MAX_ENTRIES + ")");
    }
    RolloutScreen screen = new RolloutScreen(terminal, output.format(), entries);
    try (Session session = options.open()) {
      while (!watched(session, screen)) {
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    return screen.exitCode().code();
  }

  /** False: the server was there before, and may be again. */
  private boolean watched(Session session, RolloutScreen screen) throws InterruptedException {
    try {
      watch(session, screen);
      return true;
    } catch (StatusException failed) {
      if (screen.isEmpty()
          || !AWAY.contains(failed.getStatus().getCode())
          || screen.quiet().compareTo(PATIENCE) > 0) {
        throw new StatusRuntimeException(failed.getStatus(), failed.getTrailers());
      }
      screen.away();
      return false;
    }
  }

  /** Watches until the run is over or nobody reads any more. */
  private void watch(Session session, RolloutScreen screen)
      throws InterruptedException, StatusException {
    BlockingClientCall<?, WatchRolloutResponse> call =
        session
            .watches()
            .watchRollout(
                WatchRolloutRequest.newBuilder()
                    .setNamespace(options.namespace())
                    .setRollout(options.rollout())
                    .setEntries(screen.isEmpty() ? entries : MAX_ENTRIES)
                    .build());
    try {
      @Nullable WatchRolloutResponse answer = first(call, session.timeout());
      while (answer != null && !terminal.isReaderGone()) {
        screen.show(answer);
        answer = next(call, screen);
      }
    } finally {
      call.cancel("enough", null);
    }
  }

  private static @Nullable WatchRolloutResponse first(
      BlockingClientCall<?, WatchRolloutResponse> call, Duration timeout)
      throws InterruptedException, StatusException {
    try {
      return call.read(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw Status.DEADLINE_EXCEEDED.withDescription("no answer within " + timeout).asException();
    }
  }

  /** The next answer; meanwhile what passes by itself is shown each second. */
  private static @Nullable WatchRolloutResponse next(
      BlockingClientCall<?, WatchRolloutResponse> call, RolloutScreen screen)
      throws InterruptedException, StatusException {
    while (true) {
      try {
        return call.read(1, TimeUnit.SECONDS);
      } catch (TimeoutException quiet) {
        if (screen.quiet().compareTo(SILENCE) > 0) {
          throw Status.UNAVAILABLE.withDescription("silent for " + SILENCE).asException();
        }
        screen.pass();
      }
    }
  }
}
