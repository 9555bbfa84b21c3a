package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.TestReporter;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.Session;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The row "ten thousand streams" of docs/outcomes.md, on the packaged jar. */
class ManyStreamsIT {
  private static final int STREAMS = 10_000;
  private static final int STREAMS_PER_CONNECTION = 1_000;

  /** As docs/outcomes.md states it. */
  private static final int STREAMS_MAX = 20_000;

  /** Beside a heap of 512 MiB: code, threads, buffers of twenty connections. */
  private static final long MEMORY_BYTES_MAX = 900L << 20;

  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;

  @TempDir Path directory;
  private long sessions;

  @Test
  void streams_tenThousandOfOneClient_areServedAndOnlyThoseAboveTheLimitRefused() throws Exception {
    try (PackagedServer server = PackagedServer.start(directory)) {
      server
          .features()
          .applyDocuments(
              ApplyDocumentsRequest.newBuilder()
                  .addDocuments(
                      ApplyDocument.newBuilder().setDocument(RunningServer.document(FEATURE)))
                  .build());
      Outcome outcome =
          Outcome.newBuilder().setDecisionToken(token(server)).setUnitKey("ada").build();
      TestReporter neighbour = new TestReporter(server.channel()).open(session(), 1, outcome);
      neighbour.awaitCommitted(1);

      // All open, each with a session and an outcome; then another outcome of each.
      List<ManagedChannel> connections = connections(server, STREAMS);
      List<TestReporter> reporters = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        reporters.add(
            new TestReporter(connections.get(i % connections.size())).open(session(), 1, outcome));
      }
      neighbour.send(2, outcome).awaitCommitted(2);
      for (TestReporter reporter : reporters) {
        reporter.awaitCommitted(1);
      }
      assertThat(server.meter("serin_outcome_streams")).isEqualTo(STREAMS + 1.0);
      for (TestReporter reporter : reporters) {
        reporter.send(2, outcome);
      }
      neighbour.send(3, outcome).awaitCommitted(3);
      for (TestReporter reporter : reporters) {
        reporter.awaitCommitted(2);
      }
      assertThat(server.meter("serin_outcomes_counted_total")).isEqualTo(2.0 * STREAMS + 3);

      // One connection has no more; the stream waits at its client until another one ends.
      TestReporter waiting = new TestReporter(connections.get(0)).open(session(), 1, outcome);
      neighbour.send(4, outcome).awaitCommitted(4);
      assertThat(server.meter("serin_outcome_streams")).isEqualTo(STREAMS + 1.0);
      assertThat(reporters.get(0).halfClose().end().getStatus()).isEqualTo(Status.OK);
      waiting.awaitCommitted(1);

      // As many again, which open and send nothing; then one more.
      List<ManagedChannel> more = connections(server, STREAMS_MAX - STREAMS);
      List<TestReporter> silent = new ArrayList<>();
      for (int i = STREAMS + 1; i < STREAMS_MAX; i++) {
        silent.add(new TestReporter(more.get(i % more.size())));
      }
      Await.until("all open", () -> server.meter("serin_outcome_streams") == STREAMS_MAX);
      GrpcError error = GrpcError.of(new TestReporter(server.channel()).end());
      assertThat(error.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(error.reason()).isEqualTo("OVERLOADED");
      assertThat(error.retry()).isTrue();
      assertThat(server.meter("serin_outcome_calls_ended_total{reason=\"OVERLOADED\"}"))
          .isEqualTo(1);
      neighbour.send(5, outcome).awaitCommitted(5);
      assertThat(silent).noneMatch(TestReporter::hasEnded);

      assertThat(server.unlistedErrors()).isEmpty();
      // They go as they came.
      connections.forEach(ManagedChannel::shutdownNow);
      more.forEach(ManagedChannel::shutdownNow);
      Await.until("all gone", () -> server.meter("serin_outcome_streams") == 1);
      neighbour.send(6, outcome).awaitCommitted(6);
      assertThat(neighbour.halfClose().end().getStatus()).isEqualTo(Status.OK);
      assertThat(server.meter("serin_outcomes_counted_total")).isEqualTo(2.0 * STREAMS + 7);
      Await.until("given back", () -> server.meter("serin_outcome_room_bytes") == 0);
      assertThat(memoryBytes(server)).isLessThan(MEMORY_BYTES_MAX);
      assertThat(server.log()).doesNotContain("WARN", "ERROR");
    }
  }

  private static List<ManagedChannel> connections(PackagedServer server, int streams) {
    List<ManagedChannel> connections = new ArrayList<>();
    for (int i = 0; i < streams / STREAMS_PER_CONNECTION; i++) {
      connections.add(server.channel());
    }
    return connections;
  }

  private Session session() {
    return TestReporter.SESSION.toBuilder().setSession(new UUID(7, sessions++) + "").build();
  }

  private static String token(PackagedServer server) throws Exception {
    var request = EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("ada").build();
    var decisions = server.decisions();
    var tokens = new ArrayList<String>();
    Await.until(
        "served",
        () -> {
          try {
            tokens.add(decisions.evaluate(request).getDecisionToken());
            return true;
          } catch (StatusRuntimeException notYet) {
            return false;
          }
        });
    return tokens.get(0);
  }

  /** The most memory that the process had at any time. */
  private static long memoryBytes(PackagedServer server) throws IOException {
    String status = Files.readString(Path.of("/proc", Long.toString(server.pid()), "status"));
    return status
            .lines()
            .filter(line -> line.startsWith("VmHWM:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum()
        * 1024;
  }
}
