package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.engine.Bucketing;
import dev.serin.server.outcome.TestReporter;
import dev.serin.server.store.PostgresServer;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportedDecision;
import dev.serin.v1.ExportedKind;
import dev.serin.v1.Outcome;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ExportDecisions of a whole server, beside what is reported to it. */
class ExportDecisionsTest {
  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;
  private static final String OTHER = FEATURE.replace("checkout", "search");
  private static final String METRIC =
      """
      { "metric": { "key": "latency", "kind": "METRIC_KIND_QUANTILE", "measure": "ms",
          "better": "BETTER_DIRECTION_LOWER" } }
      """;

  @TempDir Path directory;
  private RunningServer server;
  private long period;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    period = server.apply(FEATURE, OTHER, METRIC).getRevision();
  }

  @AfterEach
  void stop() {
    List<String> unlisted = server.unlistedErrors();
    server.close();
    assertThat(unlisted).isEmpty();
  }

  private Outcome outcome(String feature, String user, double latency, long timeMillis) {
    return Outcome.newBuilder()
        .setDecisionToken(evaluate(feature, user).getDecisionToken())
        .setUnitKey(user)
        .setTime(Timestamps.fromMillis(timeMillis))
        .putValues("latency", latency)
        .build();
  }

  private EvaluateResponse evaluate(String feature, String user) {
    return server
        .decisions()
        .evaluate(
            EvaluateRequest.newBuilder()
                .setFeature(feature)
                .setUserKey(user)
                .setRecordExposure(false)
                .build());
  }

  /** What a reader is sent of an outcome. */
  private ExportedDecision exported(String feature, String user, double latency, Timestamp time) {
    return ExportedDecision.newBuilder()
        .setKind(ExportedKind.EXPORTED_KIND_OUTCOME)
        .setTime(time)
        .setNamespace("default")
        .setFeature(feature)
        .setSplit("main")
        .setPeriod(period)
        .setVariant(evaluate(feature, user).getVariant())
        .setArm(Arm.ARM_SPLIT)
        .setUnitHash(HexFormat.of().toHexDigits(Bucketing.hash(user)))
        .putValues("latency", latency)
        .build();
  }

  private TestReporter report() {
    return new TestReporter(server.channel());
  }

  private double meter(String name) throws Exception {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void export_whatIsReported_isWhatIsReadOnceAndInOrder() throws Exception {
    long now = InstantSource.system().millis();
    report().open(1, outcome("checkout", "before", 1, now)).awaitCommitted(1);
    ExportClient all =
        ExportClient.begin(server.channel(), ExportDecisionsRequest.getDefaultInstance());
    ExportClient some =
        ExportClient.begin(
            server.channel(), ExportDecisionsRequest.newBuilder().addFeatures("search").build());
    List<Outcome> sent = new ArrayList<>();
    List<ExportedDecision> expected = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      String feature = i % 5 == 0 ? "search" : "checkout";
      String user = "user-" + i % 700;
      Outcome outcome = outcome(feature, user, i, now - i);
      sent.add(outcome);
      expected.add(exported(feature, user, i, outcome.getTime()));
    }
    // Refused, and so in no export.
    sent.add(10, outcome("checkout", "x", Double.NaN, now));
    sent.add(20, outcome("checkout", "x", -1, now));

    Outcome[] first = sent.subList(0, 1_000).toArray(Outcome[]::new);
    TestReporter reporter = report().open(2, first);
    reporter.awaitCommitted(1_001);
    reporter.cut();
    // Again, and the rest.
    report().open(2, sent.toArray(Outcome[]::new)).awaitCommitted(1 + sent.size());

    assertThat(all.await(expected.size())).isEqualTo(expected);
    List<ExportedDecision> ofSearch =
        expected.stream().filter(record -> record.getFeature().equals("search")).toList();
    assertThat(some.await(ofSearch.size())).isEqualTo(ofSearch);
    // One more, so that a surplus would be seen.
    Outcome last = outcome("search", "last", 7, now);
    report().open(2 + sent.size(), last).awaitCommitted(2 + sent.size());
    expected.add(exported("search", "last", 7, last.getTime()));
    assertThat(all.await(expected.size())).isEqualTo(expected);

    all.cancel();
    some.cancel();
    Await.until("nobody follows", () -> meter("serin_exports") == 0);
    assertThat(meter("serin_export_lost_total")).isZero();
  }

  @Test
  void export_exposures_areThoseOfEvaluateOnceEach() throws Exception {
    ExportClient reader =
        ExportClient.begin(server.channel(), ExportDecisionsRequest.getDefaultInstance());
    List<ExportedDecision> expected = new ArrayList<>();
    long from = InstantSource.system().millis();
    for (int i = 0; i < 50; i++) {
      String user = "user-" + i;
      var request = EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user);
      assertThat(server.decisions().evaluate(request.build()).getVariant()).isNotEmpty();
      expected.add(
          exported("checkout", user, 0, Timestamp.getDefaultInstance()).toBuilder()
              .setKind(ExportedKind.EXPORTED_KIND_EXPOSURE)
              .clearTime()
              .clearValues()
              .build());
    }

    List<ExportedDecision> received = reader.await(expected.size());

    long until = InstantSource.system().millis();
    assertThat(received.stream().map(record -> record.toBuilder().clearTime().build()))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(received)
        .allSatisfy(
            record -> assertThat(Timestamps.toMillis(record.getTime())).isBetween(from, until));
    reader.cancel();
  }

  @Test
  void export_slowReader_isEndedWithTheNumberItWasNotSent() throws Exception {
    ExportClient slow = ExportClient.beginUnread(server.channel());
    ExportClient prompt =
        ExportClient.begin(server.channel(), ExportDecisionsRequest.getDefaultInstance());
    long now = InstantSource.system().millis();
    List<Outcome> batch = Collections.nCopies(6_000, outcome("checkout", "ada", 1, now));
    TestReporter reporter = report();
    int sent = 0;
    // The reader is followed no more before its last flush is acknowledged.
    while (meter("serin_exports") == 2) {
      reporter.open(sent + 1, batch.toArray(Outcome[]::new));
      sent += batch.size();
      reporter.awaitCommitted(sent);
      // However slow the machine is, the other is not.
      prompt.await(sent);
      assertThat(sent).as("a reader that is never too slow").isLessThan(2_000_000);
    }

    slow.read(Integer.MAX_VALUE);

    assertThat(slow.end().code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(slow.end().reason()).isEqualTo("EXPORT_TOO_SLOW");
    int received = slow.received().size();
    assertThat(slow.end().metadata()).containsEntry("lost", String.valueOf(sent - received));
    assertThat(received).isPositive();
    assertThat(meter("serin_export_lost_total")).isEqualTo(sent - received);
    assertThat(prompt.await(sent)).hasSize(sent);
    prompt.cancel();
  }

  @Test
  void export_storeAway_isSentWhatBecomesDurableWhenItDoes() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    try {
      server.close();
      server = RunningServer.start(directory, "--store=" + postgres.freshDatabase());
      period = server.apply(FEATURE, OTHER, METRIC).getRevision();
      long now = InstantSource.system().millis();
      ExportClient reader =
          ExportClient.begin(server.channel(), ExportDecisionsRequest.getDefaultInstance());
      TestReporter reporter = report().open(1, outcome("checkout", "ada", 1, now));
      reporter.awaitCommitted(1);
      reader.await(1);
      Outcome held = outcome("checkout", "bob", 2, now);

      postgres.stop();
      reporter.send(2, held);
      Await.until("tried", () -> meter("serin_outcome_room_bytes") > 0);
      Await.until("failed", this::hasFailedFlush);
      assertThat(reader.received()).hasSize(1);
      assertThat(reporter.waiting()).isZero();
      postgres.start();

      reporter.awaitCommitted(2);
      assertThat(reader.await(2).get(1)).isEqualTo(exported("checkout", "bob", 2, held.getTime()));
      reader.cancel();
    } finally {
      postgres.start();
    }
  }

  private boolean hasFailedFlush() throws Exception {
    return server
        .get("/metrics")
        .body()
        .lines()
        .anyMatch(
            line ->
                line.startsWith("serin_outcome_flush_seconds_count{result=\"failed\"}")
                    && !line.endsWith(" 0"));
  }

  @Test
  void close_openExport_isSentAllThatWasCountedThenEnded() throws Exception {
    long now = InstantSource.system().millis();
    ExportClient reader =
        ExportClient.begin(server.channel(), ExportDecisionsRequest.getDefaultInstance());
    Outcome outcome = outcome("checkout", "ada", 1, now);
    TestReporter reporter = report().open(1, outcome, outcome);
    reporter.awaitCommitted(2);
    reporter.send(3, Collections.nCopies(500, outcome).toArray(Outcome[]::new));

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);

    assertThat(reader.end().code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(reader.end().reason()).isEqualTo("SHUTTING_DOWN");
    assertThat(reader.end().metadata()).containsEntry("lost", "0");
    assertThat(reporter.end().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    closing.get(60, TimeUnit.SECONDS);
    long acknowledged = 2;
    while (reporter.waiting() > 0) {
      acknowledged = reporter.next().getCommittedSequence();
    }
    assertThat(reader.received()).hasSize((int) acknowledged);
  }

  @Test
  void request_tooLarge_isRefusedBeforeItIsRead() throws Exception {
    var large =
        ExportDecisionsRequest.newBuilder()
            .addAllFeatures(Collections.nCopies(200, "x".repeat(10_000)))
            .build();
    var stub = AnalysisServiceGrpc.newBlockingStub(server.channel());

    for (String compression : List.of("identity", "gzip")) {
      GrpcError error =
          GrpcError.of(() -> stub.withCompression(compression).exportDecisions(large).next());
      assertThat(error.reason()).as(compression).isEqualTo("REQUEST_TOO_LARGE");
      assertThat(error.text()).contains("expected: at most 65536 bytes");
    }
    assertThat(meter("serin_exports")).isZero();
  }
}
