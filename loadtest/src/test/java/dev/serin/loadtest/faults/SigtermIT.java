package dev.serin.loadtest.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.outcome.Outcome;
import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.client.outcome.ReporterStats;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.VariantSummary;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server is stopped as operators stop it, while a Java service reports to it. */
class SigtermIT {
  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
  }

  private static final String FEATURE = "checkout";
  private static final int OUTCOMES_BEFORE = 1_000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** For a machine that is busy. */
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path directory;
  private int port;

  @BeforeEach
  void choosePort() throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
  }

  @Test
  void server_onSigterm_acknowledgesWhatItTook() throws Exception {
    ServerUnderTest server = start();
    String token;
    try {
      Map<String, String> tokens = new FaultFeatures(channel()).create(List.of(FEATURE));
      token = tokens.getOrDefault(FEATURE, "");
    } catch (RuntimeException e) {
      server.kill();
      throw e;
    }
    var reporter = OutcomeReporter.builder("checkout").target(target()).plaintext().build();
    try (var reporting = new Reporting(reporter, token)) {
      await("outcomes", () -> reporter.stats().acknowledged() > OUTCOMES_BEFORE);

      assertThat(server.stop(GENEROUS)).isZero();

      long committed = committed();
      assertThat(committed).isGreaterThan(OUTCOMES_BEFORE);
      await("all that is durable", () -> reporter.stats().acknowledged() == committed);

      server = start();
      await("more outcomes", () -> reporter.stats().acknowledged() > committed + OUTCOMES_BEFORE);
      long reported = reporting.end();
      assertThat(reporter.close(GENEROUS)).isTrue();

      ReporterStats stats = reporter.stats();
      assertThat(stats.acknowledged()).isEqualTo(reported).isEqualTo(stats.reported());
      assertThat(stats.refused() + stats.dropped() + stats.lost()).isZero();
      assertThat(stats.streams()).isGreaterThan(1);
      await("all outcomes", () -> counted().equals(new Counted(reported, reported)));
      assertThat(committed()).isEqualTo(reported);
    } finally {
      server.kill();
      reporter.close(Duration.ZERO);
    }
  }

  private ServerUnderTest start() throws IOException {
    return ServerUnderTest.start(
        Cluster.command(port, directory.resolve("data"), List.of()),
        directory.resolve("server.log"));
  }

  private String target() {
    return "127.0.0.1:" + port;
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forTarget(target()).usePlaintext().build();
  }

  /** The last sequence of the one session, as the store has it. */
  private long committed() throws SQLException {
    try (var store =
            DriverManager.getConnection(
                "jdbc:sqlite:" + directory.resolve("data").resolve("serin.db"));
        var statement = store.createStatement();
        var rows = statement.executeQuery("SELECT max(committed), count(*) FROM outcome_session")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(2)).isEqualTo(1);
      return rows.getLong(1);
    }
  }

  /** What the server says; nothing while it is not ready. */
  private Counted counted() {
    ManagedChannel channel = channel();
    try {
      CompareVariantsResponse answer =
          AnalysisServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(GENEROUS.toSeconds(), TimeUnit.SECONDS)
              .compareVariants(
                  CompareVariantsRequest.newBuilder()
                      .setNamespace(FaultFeatures.NAMESPACE)
                      .setFeature(FEATURE)
                      .build());
      List<VariantSummary> summaries = answer.getSummariesList();
      return new Counted(
          summaries.stream().mapToLong(VariantSummary::getCount).sum(),
          summaries.stream().mapToLong(VariantSummary::getUsersWithEvent).sum());
    } catch (StatusRuntimeException notReady) {
      return new Counted(0, 0);
    } finally {
      channel.shutdownNow();
    }
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long begin = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - begin > GENEROUS.toNanos()) {
        throw new AssertionError(what + " (expected: within " + GENEROUS + ")");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** A service at work: something happens to one user after the other. */
  private static final class Reporting implements AutoCloseable {
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread thread;
    private long reported;

    Reporting(OutcomeReporter reporter, String token) {
      thread =
          Thread.ofPlatform()
              .name("service")
              .start(
                  () -> {
                    while (!ending.get()) {
                      reported++;
                      reporter.report(
                          Outcome.ofToken(token, "user-" + reported).event(ProducerMain.METRIC));
                      LockSupport.parkNanos(PAUSE_NANOS);
                    }
                  });
    }

    /** Stops it; returns how many outcomes it reported. */
    long end() throws InterruptedException {
      ending.set(true);
      thread.join();
      return reported;
    }

    @Override
    public void close() {
      ending.set(true);
    }
  }
}
