package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.serin.server.Await;
import dev.serin.server.GrpcError;
import dev.serin.v1.Outcome;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeBatchResponse;
import dev.serin.v1.Session;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchCallsTest {
  private OutcomeServer server;

  @BeforeEach
  void start() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ReportOutcomeBatchRequest.Builder batch(int count) {
    var batch = ReportOutcomeBatchRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      batch.addOutcomes(
          Outcome.newBuilder()
              .setDecisionToken(server.token())
              .setUnitKey("user-" + i)
              .putValues("bought", 1));
    }
    return batch;
  }

  private ReportOutcomeBatchRequest ofSession(long attempt, long first, int count) {
    Session session = TestReporter.SESSION.toBuilder().setAttempt(attempt).build();
    return batch(count).setSession(session).setFirstSequence(first).build();
  }

  private ReportOutcomeBatchResponse report(ReportOutcomeBatchRequest batch) {
    return server.blocking().reportOutcomeBatch(batch);
  }

  /** Until its call is over as well, so that the next call is the only one that is open. */
  private void reportWhole(ReportOutcomeBatchRequest batch) throws Exception {
    report(batch);
    Await.until("over", () -> server.batches.size() == 0);
  }

  private String refused(ReportOutcomeBatchRequest batch) {
    return GrpcError.of(() -> report(batch)).reason();
  }

  private static String reason(ListenableFuture<ReportOutcomeBatchResponse> answer)
      throws Exception {
    try {
      answer.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return GrpcError.of((StatusRuntimeException) Objects.requireNonNull(e.getCause())).reason();
    }
    throw new AssertionError("answered (expected: a refusal)");
  }

  @Test
  void batch_withSession_answersAfterItsFlush() throws Exception {
    server.sessions.hold(false);
    ReportOutcomeBatchResponse answer = report(ofSession(1, 1, 3));

    assertThat(answer)
        .isEqualTo(ReportOutcomeBatchResponse.newBuilder().setCommittedSequence(3).build());
    assertThat(server.counted()).isEqualTo(3);
    assertThat(server.shown()).isEqualTo(3);
    Await.until("session given back", () -> server.sessions.released() == 1);
    server.awaitRoomGivenBack();
    Await.until("over", () -> server.batches.size() == 0);
  }

  @Test
  void batch_retriedAfterLostAnswer_countsNothingAgain() throws Exception {
    report(ofSession(1, 1, 3));

    ReportOutcomeBatchResponse again = report(ofSession(2, 1, 5));

    assertThat(again.getCommittedSequence()).isEqualTo(5);
    assertThat(server.counted()).isEqualTo(5);
    assertThat(report(ofSession(3, 1, 5)).getCommittedSequence()).isEqualTo(5);
    assertThat(server.counted()).isEqualTo(5);
    server.awaitRoomGivenBack();
  }

  @Test
  void batch_withoutSession_saysAtLeastOnce() {
    ReportOutcomeBatchResponse answer = report(batch(2).build());

    assertThat(answer.getAtLeastOnce()).isTrue();
    assertThat(answer.getCommittedSequence()).isEqualTo(2);
    assertThat(report(batch(2).build()).getCommittedSequence()).isEqualTo(2);
    assertThat(server.counted()).isEqualTo(4);
  }

  @Test
  void batch_refusedOutcomes_areToldBySequence() {
    var batch = batch(2);
    batch.addOutcomes(batch.getOutcomes(0).toBuilder().putValues("colour", 1));

    ReportOutcomeBatchResponse answer = report(batch.build());

    assertThat(answer.getCommittedSequence()).isEqualTo(3);
    assertThat(answer.getRefusedTotal()).isEqualTo(1);
    assertThat(answer.getRefusals(0).getSequence()).isEqualTo(3);
    assertThat(server.counted()).isEqualTo(2);
  }

  @Test
  void batch_withAGap_countsNothing() throws Exception {
    report(ofSession(1, 1, 2));

    GrpcError error = GrpcError.of(() -> report(ofSession(2, 4, 1)));

    assertThat(error.reason()).isEqualTo("SEQUENCE_GAP");
    assertThat(error.metadata()).containsEntry("expected_sequence", "3");
    assertThat(server.counted()).isEqualTo(2);
    server.awaitRoomGivenBack();
  }

  @Test
  void batch_ofForgottenSession_isExpired() throws Exception {
    assertThat(refused(ofSession(1, 7, 1))).isEqualTo("SESSION_EXPIRED");
    server.awaitRoomGivenBack();
  }

  @Test
  void batch_ofLowerAttempt_isFenced() {
    report(ofSession(5, 1, 1));

    assertThat(refused(ofSession(4, 2, 1))).isEqualTo("PRODUCER_FENCED");
    assertThat(server.counted()).isEqualTo(1);
  }

  @Test
  void batch_claimedElsewhereBeforeItsFlush_isFencedAndCountsNothing() throws Exception {
    reportWhole(ofSession(1, 1, 1));
    server.snapshots.setReady(false);
    var waiting = ofSession(2, 2, 1).toBuilder();
    waiting.getOutcomesBuilder(0).clearDecisionToken().setFeature("f").setNamespace("later");
    ListenableFuture<ReportOutcomeBatchResponse> answer =
        server.future().reportOutcomeBatch(waiting.build());
    Await.until("taken", () -> server.batches.size() == 1);

    report(ofSession(3, 2, 1));

    assertThat(reason(answer)).isEqualTo("PRODUCER_FENCED");
    assertThat(server.counted()).isEqualTo(2);
    server.awaitRoomGivenBack();
  }

  @Test
  void batch_cancelledBeforeItWasJudged_countsNothing() throws Exception {
    reportWhole(ofSession(1, 1, 1));
    server.snapshots.setReady(false);
    var waiting = ofSession(2, 2, 2).toBuilder();
    // The second of them waits for a namespace that may come.
    waiting.getOutcomesBuilder(1).clearDecisionToken().setFeature("f").setNamespace("later");
    ListenableFuture<ReportOutcomeBatchResponse> answer =
        server.future().reportOutcomeBatch(waiting.build());
    Await.until("taken", () -> server.batches.size() == 1);

    answer.cancel(true);

    Await.until("dropped", () -> server.batches.size() == 0);
    server.awaitRoomGivenBack();
    assertThat(server.aggregator.waiting()).isZero();
    server.snapshots.setReady(true);
    assertThat(report(ofSession(3, 2, 2)).getCommittedSequence()).isEqualTo(3);
    assertThat(server.counted()).isEqualTo(3);
    Await.until("given back", () -> server.sessions.released() == 3);
  }

  @Test
  void batch_cancelledAfterItWasHandedOver_counts() throws Exception {
    server.sessions.hold(true);
    ListenableFuture<ReportOutcomeBatchResponse> answer =
        server.future().reportOutcomeBatch(batch(1).build());
    Await.until("taken", () -> server.aggregator.waiting() == 1);

    answer.cancel(true);
    server.sessions.hold(false);

    Await.until("over", () -> server.batches.size() == 0);
    assertThat(server.counted()).isEqualTo(1);
  }

  @Test
  void batch_storeAway_isUnavailable() {
    server.sessions.hold(true);

    assertThat(refused(ofSession(1, 1, 1))).isEqualTo("STORE_UNAVAILABLE");
  }

  @Test
  void batch_replicaRetired_endsAndCountsNothing() throws Exception {
    server.sessions.hold(true);
    ListenableFuture<ReportOutcomeBatchResponse> answer =
        server.future().reportOutcomeBatch(batch(1).build());
    Await.until("taken", () -> server.aggregator.waiting() == 1);

    server.sessions.retire();

    assertThat(reason(answer)).isEqualTo("SHUTTING_DOWN");
    assertThat(server.counted()).isZero();
  }

  @Test
  void batch_malformed_isRefused() {
    assertThat(refused(batch(0).build())).isEqualTo("INVALID_REQUEST");
    assertThat(refused(batch(1).setFirstSequence(1).build())).isEqualTo("INVALID_REQUEST");
    assertThat(refused(ofSession(1, 0, 1))).isEqualTo("INVALID_REQUEST");
    assertThat(refused(ofSession(-1, 1, 1))).isEqualTo("INVALID_REQUEST");
    var large = batch(1);
    large.getOutcomesBuilder(0).setInstanceId("x".repeat(OutcomeLimits.MESSAGE_BYTES_MAX));
    assertThat(refused(large.build())).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(server.counted()).isZero();
  }

  @Test
  void batch_serverStops_isRefusedAndOpenOnesAreAnswered() throws Exception {
    server.sessions.hold(true);
    ListenableFuture<ReportOutcomeBatchResponse> open =
        server.future().reportOutcomeBatch(batch(1).build());
    Await.until("taken", () -> server.aggregator.waiting() == 1);

    server.batches.stop();
    assertThat(refused(batch(1).build())).isEqualTo("SHUTTING_DOWN");
    server.sessions.hold(false);

    assertThat(open.get(60, TimeUnit.SECONDS).getCommittedSequence()).isEqualTo(1);
  }
}
