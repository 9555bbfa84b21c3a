package dev.serin.loadtest.rollouts;

import dev.serin.client.outcome.OutcomeReporter;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A server beside others on one PostgreSQL, with callers and people of its own. */
final class Replica implements AutoCloseable {
  /** With which a server ends that was silent for so long that others go on without it. */
  private static final int START_AGAIN = 75;

  private final MortalServer server;
  private final ManagedChannel channel;
  private final OutcomeReporter reporter;

  /** What is asked of it, and told to it. */
  final TestedRollouts rollouts;

  /**
   * Starts it.
   *
   * @param port of PostgreSQL on loopback
   * @param freezeAt as of {@link MortalServer#startToFreezeAt}; empty: it does not, by itself
   */
  Replica(Path directory, int port, Optional<String> freezeAt) throws IOException {
    server =
        new MortalServer(
            directory,
            List.of(),
            List.of(
                "--rollout-tick",
                "200ms",
                "--store",
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                "--store-user",
                "postgres",
                "--store-password",
                "postgres"));
    channel = server.channel();
    reporter = OutcomeReporter.builder("callers").target(server.target()).plaintext().build();
    rollouts = new TestedRollouts(channel);
    if (freezeAt.isPresent()) {
      server.startToFreezeAt(freezeAt.get());
    } else {
      server.start();
    }
  }

  /**
   * Begins to call for runs that have begun.
   *
   * @param perSecond calls of each run
   */
  RolloutCallers calls(List<WatchedRun> runs, double perSecond) {
    return new RolloutCallers(
        channel, reporter::report, () -> TestedRollouts.mayCall(reporter), runs, perSecond);
  }

  /** Whether the lease's row names it: by its process id, and perhaps more. */
  boolean isNamed(String holder) {
    return (holder + " ").startsWith("pid " + server.processId() + " ");
  }

  /** Whether it has seen that a lease of its own is over, or has given itself up. */
  boolean knowsThatItLost(long lease) throws IOException {
    return !server.isAlive() || server.said().contains("rollouts: lease " + lease + " is over");
  }

  void freeze() throws IOException {
    server.freeze();
  }

  void thaw() throws IOException {
    server.thaw();
  }

  /** Starts it again where it has ended as one that was silent for too long. */
  void keepAlive() throws IOException {
    if (!server.isAlive()) {
      if (server.exitCode() != START_AGAIN) {
        throw new AssertionError(
            "exit code: " + server.exitCode() + " (expected: 75) of\n" + server.said());
      }
      server.start();
    }
  }

  @Override
  public void close() {
    server.close();
    reporter.close(Duration.ZERO);
    channel.shutdownNow();
  }
}
