package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.serin.server.outcome.TestReporter;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outcomes through the API of a whole server, as callers send them. */
class OutcomeStreamsTest {
  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;

  private static final String METRIC =
      """
      { "metric": { "key": "bought", "kind": "METRIC_KIND_EVENT",
          "better": "BETTER_DIRECTION_HIGHER" } }
      """;

  /** What a stream may fill that is not read. */
  private static final long WINDOW_BYTES = 256 * 1024;

  /** For parts of large messages. */
  private static final long ROOM_BYTES = 64L * 1024 * 1024;

  /** As gRPC numbers it. */
  private static final String RESOURCE_EXHAUSTED = "8";

  @TempDir Path directory;
  private RunningServer server;
  private String token = "";

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    server.apply(FEATURE, METRIC);
    token =
        server
            .decisions()
            .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("ada").build())
            .getDecisionToken();
  }

  @AfterEach
  void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  private Outcome[] outcomes(int count) {
    Outcome[] outcomes = new Outcome[count];
    Arrays.setAll(
        outcomes,
        i ->
            Outcome.newBuilder()
                .setDecisionToken(token)
                .setUnitKey("user-" + i)
                .putValues("bought", 1)
                .build());
    return outcomes;
  }

  private TestReporter report() {
    return new TestReporter(server.channel());
  }

  @Test
  void stream_batchesOfOneSession_areCountedOnceAndAcknowledged() throws Exception {
    TestReporter reporter = report().open(1, outcomes(3));
    assertThat(reporter.next().getOpened()).isTrue();

    ReportOutcomeResponse last = reporter.send(4, outcomes(100)).awaitCommitted(103);

    assertThat(last.getRefusedTotal()).isZero();
    assertThat(server.countedOutcomes()).isEqualTo(103);
    assertThat(server.get("/metrics").body()).contains("serin_outcomes_counted_total 103.0");
    assertThat(reporter.halfClose().end().getStatus().isOk()).isTrue();
  }

  /** What {@code grpcurl -d '{"outcomes": [{…}]}'} sends. */
  @Test
  void stream_singleHandTypedOutcome_isCountedAndSaysAtLeastOnce() throws Exception {
    TestReporter reporter =
        report()
            .send(ReportOutcomeRequest.newBuilder().addOutcomes(outcomes(1)[0]).build())
            .halfClose();

    ReportOutcomeResponse answer = reporter.next();

    assertThat(answer.getCommittedSequence()).isEqualTo(1);
    assertThat(answer.getAtLeastOnce()).isTrue();
    assertThat(reporter.end().getStatus().isOk()).isTrue();
    assertThat(server.countedOutcomes()).isEqualTo(1);
  }

  @Test
  void stream_cutAfterCommitBeforeAck_resumesWithoutCountingTwice() throws Exception {
    TestReporter deaf = new TestReporter(server.channel(), false);
    deaf.open(1, outcomes(5));
    Await.until("counted", () -> server.countedOutcomes() == 5);
    deaf.cut();

    TestReporter again = report().open(1, outcomes(7));

    ReportOutcomeResponse opened = again.next();
    assertThat(opened.getOpened()).isTrue();
    assertThat(opened.getCommittedSequence()).isEqualTo(5);
    again.awaitCommitted(7);
    assertThat(server.countedOutcomes()).isEqualTo(7);
  }

  @Test
  void stream_ofARestartedServer_goesOnWhereItWas() throws Exception {
    report().open(1, outcomes(5)).awaitCommitted(5);
    server.close();
    server = RunningServer.start(directory);

    TestReporter again = report().open(3, outcomes(6));

    assertThat(again.next().getCommittedSequence()).isEqualTo(5);
    again.awaitCommitted(8);
    assertThat(server.countedOutcomes()).isEqualTo(8);
  }

  @Test
  void readyz_openStream_showsTheLedgerAndItsLastFlush() throws Exception {
    Await.until("live", () -> outcomes().path("state").asText().equals("live"));
    assertThat(server.get("/metrics").body()).contains("\nserin_outcome_ledger_up 1.0\n");

    report().open(1, outcomes(1)).awaitCommitted(1);
    // The exposure that was recorded with the token may become durable after the outcome, and the
    // view be loaded after that.
    Await.until(
        "all is durable",
        () -> server.get("/metrics").body().contains("\nserin_outcome_flush_age_seconds 0.0\n"));
    Await.until(
        "the view is loaded",
        () -> server.get("/metrics").body().contains("\nserin_outcome_view_age_seconds "));

    JsonNode shown = outcomes();
    assertThat(shown.path("lastFlushAgeMillis").isIntegralNumber()).isTrue();
    assertThat(shown.path("oldestPendingMillis").asLong(-1)).isZero();
    assertThat(shown.path("streams").asInt()).isEqualTo(1);
    assertThat(shown.path("sessions").asInt()).isEqualTo(1);
    assertThat(server.get("/metrics").body())
        .contains(
            "\nserin_outcome_last_flush_age_seconds ",
            "\nserin_outcome_view_age_seconds ",
            "\nserin_outcome_sessions 1.0\n",
            "\nserin_outcome_batches 0.0\n",
            "\nserin_outcome_claim_seconds_count 1");
  }

  private JsonNode outcomes() throws Exception {
    return new ObjectMapper().readTree(server.get("/readyz").body()).path("outcomes");
  }

  @Test
  void batch_withSession_isCountedOnceHoweverOftenItIsSent() throws Exception {
    var batch =
        ReportOutcomeBatchRequest.newBuilder()
            .setSession(TestReporter.SESSION)
            .setFirstSequence(1)
            .addAllOutcomes(Arrays.asList(outcomes(4)))
            .build();
    var stub = OutcomeServiceGrpc.newBlockingStub(server.channel());

    assertThat(stub.reportOutcomeBatch(batch).getCommittedSequence()).isEqualTo(4);
    assertThat(stub.reportOutcomeBatch(batch).getCommittedSequence()).isEqualTo(4);

    assertThat(server.countedOutcomes()).isEqualTo(4);
  }

  @Test
  void batch_asJsonOverHttp_isCountedAndSaysAtLeastOnce() throws Exception {
    String json =
        """
        {"outcomes": [{"decisionToken": "%s", "unitKey": "ada", "values": {"bought": 1}},
            {"decisionToken": "%s", "unitKey": "ada", "values": {"bought": 7}}]}
        """
            .formatted(token, token);

    var answer = server.post("/serin.v1.OutcomeService/ReportOutcomeBatch", json);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"atLeastOnce\":true", "REFUSAL_REASON_INVALID_VALUE", "expected: 0 or 1");
    assertThat(server.countedOutcomes()).isEqualTo(1);
  }

  /**
   * One that is held up fills its own window, which is small, and not that of the calls beside it.
   */
  @Test
  void evaluate_onAConnectionWithAStalledReporter_isAnswered() throws Exception {
    TestReporter stalled = report();
    Await.until("connected", stalled::isReady);
    long sent = 0;
    // Between two answers on the connection all that the windows let through has arrived.
    for (int i = 0; i < 200; i++) {
      while (stalled.isReady() && sent < 4 * WINDOW_BYTES) {
        Outcome outcome = waiting((int) sent);
        stalled.send(0, outcome);
        sent += outcome.getSerializedSize();
      }
      String variant =
          server
              .decisions()
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .evaluate(
                  EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("u" + i).build())
              .getVariant();
      assertThat(variant).isNotEmpty();
    }

    assertThat(stalled.hasEnded()).isFalse();
    assertThat(stalled.isReady()).isFalse();
    // Beside the window: what the server took in, and what the client keeps before it says so.
    assertThat(sent).isBetween(WINDOW_BYTES, 2 * WINDOW_BYTES);
    stalled.cut();
  }

  @Test
  void messages_thatArriveInPart_areEndedAboveTheirRoomAndSmallOnesGoOn() throws Exception {
    String arriving = "serin_outcome_arriving_bytes";
    int bytes = 1_000_000;
    double ended = server.meter("serin_outcome_calls_ended_total{reason=\"OVERLOADED\"}");
    TestReporter neighbour = report().open(1, outcomes(1));
    neighbour.awaitCommitted(1);
    try (PartialMessages parts = new PartialMessages(server.server().grpcPort())) {
      for (int i = 0; i < ROOM_BYTES / bytes; i++) {
        parts.send(bytes + 1, bytes);
      }
      Await.until("arrived", () -> server.meter(arriving) == ROOM_BYTES / bytes * bytes);
      assertThat(parts.ends()).isEmpty();

      for (int i = 0; i < 10; i++) {
        parts.send(bytes + 1, bytes);
      }

      for (int i = 0; i < 10; i++) {
        assertThat(parts.ends().poll(60, TimeUnit.SECONDS)).isEqualTo(RESOURCE_EXHAUSTED);
      }
      assertThat(server.meter("serin_outcome_calls_ended_total{reason=\"OVERLOADED\"}"))
          .isEqualTo(ended + 10);
      Await.until("given back", () -> server.meter(arriving) <= ROOM_BYTES);
      neighbour.send(2, outcomes(100)).awaitCommitted(101);
    }
    Await.until("all given back", () -> server.meter(arriving) == 0);
    neighbour.send(102, outcomes(9_000)).awaitCommitted(9_101);
  }

  @Test
  void message_muchTooLarge_isNotReadOnWhileWhatCameBeforeWaits() throws Exception {
    TestReporter reporter = report().send(0, waiting(1));
    Await.until("taken in", () -> server.meter("serin_outcome_room_bytes") > 10_000);

    reporter.send(0, outcomes(1)[0].toBuilder().setInstanceId("x".repeat(30_000_000)).build());

    assertThat(GrpcError.of(reporter.end()).reason()).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(reporter.waiting()).isZero();
    Await.until("given back", () -> server.meter("serin_outcome_room_bytes") == 0);
    Await.until("and its parts", () -> server.meter("serin_outcome_arriving_bytes") == 0);
  }

  /** An outcome of 10 kB whose token is newer than any snapshot: it is waited for. */
  private Outcome waiting(int number) {
    String newer = ForgedToken.like(token, t -> t.featureRevision += 1_000 + number);
    return Outcome.newBuilder()
        .setDecisionToken(newer)
        .setUnitKey("ada")
        .setFeature("x".repeat(10_000))
        .build();
  }

  @Test
  void close_openStreams_acknowledgesWhatItTookThenEndsThem() throws Exception {
    TestReporter reporter = report().open(1, outcomes(2));
    reporter.awaitCommitted(2);
    reporter.send(3, outcomes(50));

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);

    assertThat(GrpcError.of(reporter.end()).reason()).isEqualTo("SHUTTING_DOWN");
    closing.get(60, TimeUnit.SECONDS);
    long acknowledged = 2;
    while (reporter.waiting() > 0) {
      acknowledged = reporter.next().getCommittedSequence();
    }
    server.close();
    server = RunningServer.start(directory);
    assertThat(report().open(1).next().getCommittedSequence()).isEqualTo(acknowledged);
    assertThat(server.countedOutcomes()).isEqualTo(acknowledged);
  }
}
