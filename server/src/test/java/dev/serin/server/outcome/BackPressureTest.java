package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import dev.serin.server.GrpcError;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.v1.Outcome;
import dev.serin.v1.ReportOutcomeResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackPressureTest {
  /** Pads an outcome, so that few messages fill a room. */
  private static final int PAD_BYTES = 900;

  private OutcomeServer server;

  BackPressureTest() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void restart(long roomBytes, int streamsMax) throws Exception {
    server.close();
    server = new OutcomeServer(roomBytes, streamsMax);
  }

  private Outcome outcome() {
    return Outcome.newBuilder()
        .setDecisionToken(server.token())
        .setUnitKey("u".repeat(PAD_BYTES))
        .putValues("bought", 1)
        .build();
  }

  private Outcome[] outcomes(int count) {
    Outcome[] outcomes = new Outcome[count];
    Arrays.fill(outcomes, outcome());
    return outcomes;
  }

  @Test
  void room_full_isNotExceededByMoreThanWhatIsOnItsWayAndAllIsCountedLater() throws Exception {
    int roomBytes = 64 * 1024;
    restart(roomBytes, 10);
    server.sessions.hold(true);
    List<TestReporter> reporters = new ArrayList<>();
    int messages = 200;
    for (int i = 0; i < 3; i++) {
      reporters.add(server.report());
    }
    for (int i = 0; i < messages; i++) {
      for (TestReporter reporter : reporters) {
        reporter.send(0, outcomes(10));
      }
    }
    long messageBytes = TestReporter.message(0, outcomes(10)).getSerializedSize();

    Await.until("full", () -> server.room.heldBytes() >= roomBytes);
    assertThat(server.room.heldBytes()).isLessThan(roomBytes + 2 * 3 * messageBytes);
    Await.until("held up", () -> server.room.waiting() == 3);
    assertThat(server.metrics.scrape()).contains("serin_outcome_streams_waiting 3.0");
    server.sessions.hold(false);

    for (TestReporter reporter : reporters) {
      reporter.awaitCommitted(10L * messages);
    }
    assertThat(server.counted()).isEqualTo(3L * 10 * messages);
    server.awaitRoomGivenBack();
  }

  @Test
  void flush_moreThanItHolds_leavesTheRestToTheNext() throws Exception {
    server.sessions.hold(true);
    Outcome small = outcome().toBuilder().setUnitKey("ada").build();
    Outcome[] many = new Outcome[4_000];
    Arrays.fill(many, small);
    List<TestReporter> reporters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      TestReporter reporter = server.report();
      reporters.add(reporter);
      for (int j = 0; j < 8; j++) {
        reporter.send(0, many);
      }
    }
    Await.until("received", () -> server.aggregator.waiting() == 5 * 8);

    // Asks for one flush.
    server.sessions.hold(false);

    for (TestReporter reporter : reporters) {
      reporter.awaitCommitted(8L * many.length);
    }
    assertThat(server.sessions.deltas()).hasSizeGreaterThan(1);
    assertThat(server.counted()).isEqualTo(5L * 8 * many.length);
  }

  @Test
  void client_thatNeverReads_getsOneAcknowledgementForMany() throws Exception {
    TestReporter deaf = server.reportUnread();
    Outcome bad = outcome().toBuilder().setUnitKey("ada").putValues("bought", 2).build();
    Outcome[] many = new Outcome[100];
    Arrays.fill(many, bad);
    int messages = 600;
    for (int i = 0; i < messages; i++) {
      deaf.send(0, many);
    }
    long sent = 100L * messages;
    TestReporter neighbour = server.report();
    for (int i = 1; i <= 50; i++) {
      neighbour.send(0, outcome()).awaitCommitted(i);
    }
    // What the windows of both sides hold, 1 000 that are kept, and two messages.
    assertThat(server.meters.refusedTotal()).isLessThan(sent / 2);

    deaf.read(Integer.MAX_VALUE);
    deaf.halfClose();
    long refusals = 0;
    int answers = 0;
    ReportOutcomeResponse answer;
    do {
      answer = deaf.next();
      answers++;
      refusals += answer.getRefusalsCount();
    } while (answer.getCommittedSequence() < sent);

    assertThat(deaf.end().getStatus().isOk()).isTrue();
    assertThat(refusals).isEqualTo(sent);
    assertThat(answer.getRefusedTotal()).isEqualTo(sent);
    assertThat(answers).isLessThan(messages);
  }

  @Test
  void message_largeAndNeverComplete_endsItsCallAtTheSecondLook() throws Exception {
    TestReporter slow = server.report();
    server.arrived().accept(100_000);
    TestReporter small = server.report();
    server.arrived().accept(4_000);

    server.streams.endUnfinished();
    assertThat(slow.hasEnded()).isFalse();
    server.streams.endUnfinished();

    GrpcError error = GrpcError.of(slow.end());
    assertThat(error.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(error.text()).isEqualTo("message: not complete after 60 s (expected: sooner)");
    Await.until("given back", () -> server.room.arrivingBytes() == 0);
    small.send(0, outcome()).awaitCommitted(1);
  }

  @Test
  void message_largeThatEnds_isAnotherOneAtTheNextLook() throws Exception {
    TestReporter reporter = server.report();
    LongConsumer arrived = server.arrived();
    for (int i = 1; i <= 3; i++) {
      arrived.accept(100_000);
      server.streams.endUnfinished();
      reporter.send(0, outcome()).awaitCommitted(i);
      assertThat(server.room.arrivingBytes()).isZero();
    }
    assertThat(reporter.halfClose().end().getStatus().isOk()).isTrue();
  }

  @Test
  void streams_moreThanAllowed_areOverloaded() throws Exception {
    restart(IngestRoom.BYTES_MAX, 2);
    TestReporter one = server.report().send(0, outcome());
    TestReporter other = server.report().send(0, outcome());
    one.awaitCommitted(1);
    other.awaitCommitted(1);

    GrpcError error = GrpcError.of(server.report().end());

    assertThat(error.reason()).isEqualTo("OVERLOADED");
    assertThat(error.retry()).isTrue();
    one.halfClose().end();
    server.report().send(0, outcome()).awaitCommitted(1);
  }

  @Test
  void questions_moreThanFitInLine_areOverloaded() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Integer> slow =
        server.aggregator.ask(
            view -> {
              asked.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return 1;
            });
    asked.await();
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < Aggregator.QUESTIONS_MAX; i++) {
      waiting.add(server.aggregator.ask(view -> 2));
    }

    CompletableFuture<Integer> refused = server.aggregator.ask(view -> 3);

    assertThat(refused).isCompletedExceptionally();
    assertThat(refused.handle((value, failure) -> ((ApiException) cause(failure)).reason()).join())
        .isEqualTo(ErrorReason.OVERLOADED);
    goOn.countDown();
    assertThat(slow.join()).isEqualTo(1);
    waiting.forEach(answer -> assertThat(answer.join()).isEqualTo(2));
    assertThat(server.aggregator.ask(view -> 4).join()).isEqualTo(4);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : failure;
  }
}
