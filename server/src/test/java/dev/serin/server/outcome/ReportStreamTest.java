package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.Await;
import dev.serin.server.GrpcError;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.v1.Outcome;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import dev.serin.v1.Session;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ReportStreamTest {
  private OutcomeServer server;

  @BeforeEach
  void start() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Outcome outcome() {
    return Outcome.newBuilder()
        .setDecisionToken(server.token())
        .setUnitKey("ada")
        .putValues("bought", 1)
        .build();
  }

  private Outcome bad() {
    return outcome().toBuilder().putValues("bought", 0.5).build();
  }

  private Outcome[] outcomes(int count) {
    Outcome[] outcomes = new Outcome[count];
    Arrays.fill(outcomes, outcome());
    return outcomes;
  }

  private static String reason(StatusRuntimeException end) {
    return GrpcError.of(end).reason();
  }

  @Test
  void stream_batchesOfOneSession_areCountedOnceAndAcknowledged() throws Exception {
    TestReporter reporter = server.report().open(1, outcomes(3));

    ReportOutcomeResponse first = reporter.next();
    assertThat(first.getOpened()).isTrue();
    assertThat(first.getCommittedSequence()).isZero();
    reporter.send(4, outcomes(2)).send(6, outcomes(5));
    ReportOutcomeResponse last = reporter.awaitCommitted(10);

    assertThat(last.getCommittedSequence()).isEqualTo(10);
    assertThat(last.getAtLeastOnce()).isFalse();
    assertThat(server.counted()).isEqualTo(10);
    assertThat(server.shown()).isEqualTo(10);
    assertThat(reporter.halfClose().end().getStatus().isOk()).isTrue();
    Await.until("session given back", () -> server.sessions.released() == 1);
    server.awaitRoomGivenBack();
    assertThat(server.metrics.scrape()).contains("serin_outcomes_counted_total 10.0");
  }

  @Test
  void stream_withoutSession_isCountedAndSaysAtLeastOnce() throws Exception {
    TestReporter reporter = server.report().send(0, outcome()).send(0, outcome()).halfClose();

    ReportOutcomeResponse answer = reporter.awaitCommitted(2);

    assertThat(answer.getAtLeastOnce()).isTrue();
    assertThat(reporter.end().getStatus().isOk()).isTrue();
    assertThat(server.counted()).isEqualTo(2);
  }

  @Test
  void stream_nothingSent_endsWell() throws Exception {
    assertThat(server.report().halfClose().end().getStatus().isOk()).isTrue();
  }

  @Test
  void stream_openedWithoutOutcomes_saysWhatIsCommitted() throws Exception {
    server.report().open(1, outcomes(4)).halfClose().end();

    TestReporter again = server.report().open(3);

    ReportOutcomeResponse answer = again.next();
    assertThat(answer.getOpened()).isTrue();
    assertThat(answer.getCommittedSequence()).isEqualTo(4);
  }

  @Test
  void stream_sequencesSeenBefore_areSkippedAndAcknowledged() throws Exception {
    TestReporter reporter = server.report().open(1, outcomes(4));
    reporter.awaitCommitted(4);

    reporter.send(2, outcomes(2));
    assertThat(reporter.next().getCommittedSequence()).isEqualTo(4);
    reporter.send(3, outcomes(4));
    reporter.awaitCommitted(6);

    assertThat(server.counted()).isEqualTo(6);
    assertThat(server.metrics.scrape()).contains("serin_outcomes_skipped_total 4.0");
  }

  @Test
  void stream_gap_endsWithExpectedNumberAfterItCommittedWhatCameBefore() throws Exception {
    TestReporter reporter = server.report().open(1, outcomes(2)).send(4, outcome());

    StatusRuntimeException end = reporter.end();

    assertThat(reason(end)).isEqualTo("SEQUENCE_GAP");
    assertThat(GrpcError.of(end).metadata()).containsEntry("expected_sequence", "3");
    assertThat(server.counted()).isEqualTo(2);
    assertThat(server.metrics.scrape())
        .contains("serin_outcome_calls_ended_total{reason=\"SEQUENCE_GAP\"} 1.0");
  }

  @Test
  void stream_gapWhenItOpens_endsWithExpectedNumber() throws Exception {
    server.report().open(1, outcomes(2)).halfClose().end();

    StatusRuntimeException end = server.report().open(5).end();

    assertThat(reason(end)).isEqualTo("SEQUENCE_GAP");
    assertThat(GrpcError.of(end).metadata()).containsEntry("expected_sequence", "3");
  }

  @Test
  void session_unknownAboveOne_isExpired() throws Exception {
    assertThat(reason(server.report().open(2, outcome()).end())).isEqualTo("SESSION_EXPIRED");
    assertThat(server.counted()).isZero();
  }

  @Test
  void session_claimedAgainHere_fencesTheOlder() throws Exception {
    TestReporter older = server.report().open(1, outcome());
    older.awaitCommitted(1);
    server.sessions.hold(true);
    older.send(2, outcomes(3));
    Await.until("received", () -> server.room.heldBytes() > 0);
    server.sessions.hold(false);
    // The older one's flush and the newer one's claim come in either order.
    TestReporter newer = server.report().open(2, outcomes(3));

    assertThat(reason(older.end())).isEqualTo("PRODUCER_FENCED");
    newer.awaitCommitted(4);
    assertThat(server.counted()).isEqualTo(4);
  }

  @Test
  void session_claimedElsewhere_isLeftOutAndTheOthersCount() throws Exception {
    TestReporter fenced = server.report().open(1, outcome());
    fenced.awaitCommitted(1);
    TestReporter other = server.report().send(0, outcome());
    other.awaitCommitted(1);
    server.sessions.claimElsewhere("shop", TestReporter.SESSION.getSession());
    server.sessions.hold(true);
    fenced.send(2, outcome());
    other.send(0, outcome());
    Await.until("both received", () -> server.aggregator.waiting() == 2);
    server.sessions.hold(false);

    assertThat(reason(fenced.end())).isEqualTo("PRODUCER_FENCED");
    other.awaitCommitted(2);
    assertThat(server.counted()).isEqualTo(3);
    server.awaitRoomGivenBack();
  }

  @Test
  void stream_cutAfterItWasTaken_isFlushedAllTheSame() throws Exception {
    server.sessions.hold(true);
    TestReporter lost = server.report().send(0, outcomes(3));
    Await.until("received", () -> server.aggregator.waiting() == 1);

    lost.cut();
    Await.until("cut", () -> server.streams.size() == 0);
    server.sessions.hold(false);

    Await.until("counted", () -> server.counted() == 3);
  }

  @Test
  void store_away_newStreamsUnavailableOpenOnesHeld() throws Exception {
    TestReporter open = server.report().open(1, outcome());
    open.awaitCommitted(1);
    server.sessions.hold(true);

    open.send(2, outcomes(2));
    Session other = TestReporter.SESSION.toBuilder().setProducer("other").build();
    StatusRuntimeException end =
        server.report().send(ReportOutcomeRequest.newBuilder().setSession(other).build()).end();
    assertThat(reason(end)).isEqualTo("STORE_UNAVAILABLE");
    assertThat(open.hasEnded()).isFalse();
    assertThat(open.waiting()).isZero();

    server.sessions.hold(false);
    open.awaitCommitted(3);
    assertThat(server.counted()).isEqualTo(3);
  }

  @Test
  void stream_refusedOutcomes_consumeTheirSequencesAndAreTold() throws Exception {
    TestReporter reporter = server.report().open(1, outcome(), bad(), outcome(), bad());

    List<Long> refused = new ArrayList<>();
    ReportOutcomeResponse answer = reporter.next();
    while (answer.getCommittedSequence() < 4) {
      answer = reporter.next();
    }
    answer.getRefusalsList().forEach(refusal -> refused.add(refusal.getSequence()));

    assertThat(refused).containsExactly(2L, 4L);
    assertThat(answer.getRefusedTotal()).isEqualTo(2);
    assertThat(answer.getRefusals(0).getReason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_INVALID_VALUE);
    assertThat(server.counted()).isEqualTo(2);
    assertThat(server.metrics.scrape())
        .contains("serin_outcomes_refused_total{reason=\"INVALID_VALUE\"} 2.0");
  }

  @Test
  void stream_allRefused_isCommittedAllTheSame() throws Exception {
    TestReporter reporter = server.report().open(1, bad(), bad());

    assertThat(reporter.awaitCommitted(2).getRefusalsCount()).isEqualTo(2);
    assertThat(server.sessions.committed("shop", TestReporter.SESSION.getSession())).isEqualTo(2);
    assertThat(server.counted()).isZero();
  }

  @Test
  void token_newerThanTheSnapshot_waitsForItWhileOthersGoOn() throws Exception {
    server.snapshots.put("default", 8, TestSnapshots.CHECKOUT);
    Outcome newer = outcome();
    server.snapshots.put("default", 7, TestSnapshots.CHECKOUT);
    TestReporter waiting = server.report().open(1, newer, outcome());
    assertThat(waiting.next().getOpened()).isTrue();

    server.report().send(0, outcome()).awaitCommitted(1);
    assertThat(waiting.waiting()).isZero();
    server.snapshots.put("default", 8, TestSnapshots.CHECKOUT);

    assertThat(waiting.awaitCommitted(2).getRefusalsCount()).isZero();
    assertThat(server.counted()).isEqualTo(3);
  }

  @Test
  void token_newerThanAnySnapshot_isRefusedAfterAWhile() throws Exception {
    server.snapshots.put("default", 8, TestSnapshots.CHECKOUT);
    Outcome newer = outcome();
    server.snapshots.put("default", 7, TestSnapshots.CHECKOUT);
    TestReporter waiting = server.report().open(1, newer);
    assertThat(waiting.next().getOpened()).isTrue();

    server.nowMillis.addAndGet(OutcomeLimits.NEWER_TOKEN_WAIT.toMillis());
    // The wait begins when the worker first sees the token, before or after the step.
    Await.until(
        "refused",
        () -> {
          server.nowMillis.addAndGet(1_000);
          return waiting.waiting() > 0;
        });

    assertThat(waiting.next().getRefusals(0).getReason())
        .isEqualTo(RefusalReason.REFUSAL_REASON_UNKNOWN_PLACE);
  }

  @Test
  void stop_streamsInUse_acknowledgesWhatItTookThenEnds() throws Exception {
    TestReporter reporter = server.report().open(1, outcome());
    reporter.awaitCommitted(1);
    server.sessions.hold(true);
    reporter.send(2, outcomes(2));
    Await.until("received", () -> server.aggregator.waiting() == 1);

    server.streams.stop();
    assertThat(reason(server.report().open(1, outcome()).end())).isEqualTo("SHUTTING_DOWN");
    assertThat(reporter.hasEnded()).isFalse();
    server.sessions.hold(false);

    reporter.awaitCommitted(3);
    assertThat(reason(reporter.end())).isEqualTo("SHUTTING_DOWN");
    assertThat(server.counted()).isEqualTo(3);
  }

  @Test
  void retired_streamsEndAndNothingIsCounted() throws Exception {
    TestReporter reporter = server.report().open(1, outcome());
    reporter.awaitCommitted(1);
    server.sessions.hold(true);
    reporter.send(2, outcome());
    Await.until("received", () -> server.aggregator.waiting() == 1);

    server.sessions.retire();

    assertThat(reason(reporter.end())).isEqualTo("SHUTTING_DOWN");
    assertThat(server.counted()).isEqualTo(1);
    server.awaitRoomGivenBack();
  }

  /** Messages that are refused whole: the call ends, what came before is counted. */
  @TestFactory
  Stream<DynamicTest> message_malformed_endsItsCallAndNobodyElse() {
    return Stream.of(
        row("no sequence", message -> message.clearFirstSequence()),
        row("sequence too large", message -> message.setFirstSequence(-1)),
        row("sequences overflow", message -> message.setFirstSequence(Long.MAX_VALUE)),
        row("other session", message -> message.setSession(session().setProducer("other"))),
        row("no time", message -> message.setWatermark(Timestamp.newBuilder().setNanos(-1))),
        row(
            "watermark ahead",
            message ->
                message.setWatermark(Timestamps.fromMillis(server.nowMillis.get() + 60_001))),
        row(
            "many outcomes",
            message -> {
              for (int i = 0; i < OutcomeLimits.OUTCOMES_MAX; i++) {
                message.addOutcomes(Outcome.getDefaultInstance());
              }
              return message;
            }));
  }

  private DynamicTest row(String name, UnaryOperator<ReportOutcomeRequest.Builder> change) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          long before = server.counted();
          TestReporter neighbour = server.report().send(0, outcome());
          neighbour.awaitCommitted(1);
          String uuid = "00000000-0000-0000-0000-%012d".formatted(name.hashCode() & 0xffff);
          TestReporter reporter =
              server
                  .report()
                  .send(
                      TestReporter.message(1, outcome()).toBuilder()
                          .setSession(session().setSession(uuid))
                          .build())
                  .send(change.apply(TestReporter.message(2, outcome()).toBuilder()).build());

          assertThat(reason(reporter.end())).isEqualTo("INVALID_REQUEST");
          assertThat(neighbour.send(0, outcome()).awaitCommitted(2)).isNotNull();
          assertThat(server.counted()).isEqualTo(before + 3);
        });
  }

  private static Session.Builder session() {
    return TestReporter.SESSION.toBuilder();
  }

  /** Sessions that nobody may open. */
  @TestFactory
  Stream<DynamicTest> session_malformed_isRefused() {
    long tooFar = OutcomeServer.NOW + OutcomeLimits.ATTEMPT_AHEAD_MAX.toMillis() + 1;
    return Stream.of(
            session().clearProducer(),
            session().setProducer("p".repeat(129)),
            session().setSession("1"),
            session().setSession("0000000A-0000-0000-0000-000000000001"),
            session().setAttempt(tooFar),
            session().setAttempt(-1))
        .map(
            bad ->
                DynamicTest.dynamicTest(
                    bad.toString(),
                    () -> {
                      TestReporter reporter =
                          server
                              .report()
                              .send(
                                  TestReporter.message(1, outcome()).toBuilder()
                                      .setSession(bad)
                                      .build());
                      assertThat(reason(reporter.end())).isEqualTo("INVALID_REQUEST");
                    }));
  }

  @Test
  void message_withSequenceAndNoSession_isRefused() throws Exception {
    assertThat(reason(server.report().send(1, outcome()).end())).isEqualTo("INVALID_REQUEST");
  }

  @Test
  void message_aboveLimit_endsItsCallAfterWhatCameBefore() throws Exception {
    String large = "x".repeat(OutcomeLimits.MESSAGE_BYTES_MAX);

    TestReporter reporter =
        server
            .report()
            .send(0, outcome())
            .send(0, outcome().toBuilder().setInstanceId(large).build());

    assertThat(reason(reporter.end())).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(reporter.next().getCommittedSequence()).isEqualTo(1);
    assertThat(server.counted()).isEqualTo(1);
  }

  @Test
  void watermark_ofTheLowestSession_goesWithTheFlush() throws Exception {
    TestReporter one =
        server
            .report()
            .send(
                TestReporter.message(0, outcome()).toBuilder()
                    .setWatermark(Timestamps.fromMillis(5_000))
                    .build());
    one.awaitCommitted(1);
    server
        .report()
        .send(ReportOutcomeRequest.newBuilder().setWatermark(at(3_000)).build())
        .awaitCommitted(0);
    Await.until("noted", () -> Long.valueOf(3_000).equals(server.aggregator.lowest()));
    one.halfClose().end();

    // The one that is left says so; the flush that follows carries it.
    server.report().send(0, outcome()).awaitCommitted(1);
    assertThat(server.aggregator.lowest()).isEqualTo(3_000);
    List<byte[]> deltas = server.sessions.deltas();
    assertThat(DeltaCodec.decode(deltas.getLast()).watermark()).isEqualTo(3_000);
  }

  @Test
  void watermark_alone_isForgottenWithItsStream() throws Exception {
    server
        .report()
        .send(ReportOutcomeRequest.newBuilder().setWatermark(at(3_000)).build())
        .halfClose()
        .end();

    // Whatever is flushed after the stream, its watermark holds nobody back.
    server.report().send(0, outcome()).awaitCommitted(1);
    server.report().send(0, outcome()).awaitCommitted(1);
    Await.until("forgotten", () -> server.aggregator.lowest() == null);
  }

  private static Timestamp at(long millis) {
    return Timestamps.fromMillis(millis);
  }
}
