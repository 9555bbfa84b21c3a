package dev.serin.server.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.serin.server.Await;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.webhook.Receiver;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.v1.GateQuestion;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks before stages, by a real receiver and a clock of the test's. */
class WebhookGatesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Receiver receiver = new Receiver(Receiver.status(204, ""));
  private final WebhookGates gates =
      new WebhookGates(
          new Webhooks("test-gates", Secrets.none(), InstantSource.system()), nanos::get);

  @AfterEach
  void close() throws IOException {
    gates.close();
    receiver.close();
  }

  private OpenGate gate(String run, Duration waited, Duration deadline) {
    return new OpenGate(
        new OpenGate.Id(run, 2, 1, 7),
        "shop",
        "new-checkout",
        "checkout",
        "half",
        waited,
        new GatePlan.Webhook(receiver.url(), "", deadline, Duration.ofHours(1)));
  }

  private OpenGate gate() {
    return gate("run-1", Duration.ZERO, LONG);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private GateAnswer answer() throws Exception {
    List<GateAnswer> answers = new java.util.ArrayList<>();
    Await.until("an answer", () -> answers.addAll(gates.answers()));
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  /** Asks until so many requests have come, and their answers have been taken. */
  private void untilAsked(int requests) throws Exception {
    Await.until("asked " + requests + " times", () -> receiver.received().size() >= requests);
  }

  @Test
  void gate_answered2xx_passes() throws Exception {
    gates.ask(gate());

    assertThat(answer())
        .isEqualTo(new GateAnswer(new OpenGate.Id("run-1", 2, 1, 7), true, "answered 204"));
    GateQuestion.Builder question = GateQuestion.newBuilder();
    JsonFormat.parser().merge(receiver.received().getFirst().body(), question);
    assertThat(question.build())
        .isEqualTo(
            GateQuestion.newBuilder()
                .setEventId("run-1/7/2/1")
                .setNamespace("shop")
                .setRollout("new-checkout")
                .setRunId("run-1")
                .setFeature("checkout")
                .setStage(2)
                .setStageName("half")
                .setGate(2)
                .setEntry(7)
                .build());
    assertThat(receiver.received().getFirst().header("serin-event")).isEqualTo("run-1/7/2/1");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 409})
  void gate_answeredNo_isRefusedWithWhatWasSaid(int status) throws Exception {
    receiver.behave(Receiver.status(status, "{\"detail\": \"tests are red\"}"));
    gates.ask(gate());

    assertThat(answer())
        .returns(false, GateAnswer::passed)
        .returns("answered " + status + ": {\"detail\": \"tests are red\"}", GateAnswer::detail);
  }

  @Test
  void answer_isGivenOnce_andAgainToWhoAsksAgain() throws Exception {
    gates.ask(gate());
    GateAnswer answer = answer();
    assertThat(gates.answers()).isEmpty();

    gates.ask(gate());

    assertThat(gates.answers()).containsExactly(answer);
    assertThat(receiver.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Where\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "what?",
        ""
      })
  void gate_answeredAnythingElse_isAskedAgainWithGrowingWaits(String bytes) throws Exception {
    receiver.behave(Receiver.bytes(bytes));
    int requests = 0;
    for (long wait : new long[] {0, 1, 2, 4, 8, 16, 32, 60, 60}) {
      if (wait > 0) {
        pass(Duration.ofSeconds(wait).minusNanos(1));
        gates.ask(gate());
        assertThat(gates.attempts()).as("asked before its time").isZero();
        pass(Duration.ofNanos(1));
      }
      gates.ask(gate());
      untilAsked(++requests);
      Await.until("the attempt has ended", () -> gates.attempts() == 0);
    }
    assertThat(receiver.received()).hasSize(requests);
    assertThat(gates.answers()).isEmpty();
    assertThat(gates.failed(gate().id())).startsWith("9 attempts failed, last: ");

    receiver.behave(Receiver.status(200, "at last"));
    pass(Duration.ofMinutes(1));
    gates.ask(gate());

    assertThat(answer().passed()).isTrue();
  }

  @Test
  void gate_hanging_isAskedAgainAfterTheDeadline() throws Exception {
    receiver.behave(receiver.silence());
    // On a busy machine it may be over before the receiver has heard of it.
    gates.ask(gate("run-1", Duration.ZERO, Duration.ofMillis(100)));
    Await.until("the attempt has ended", () -> gates.attempts() == 0);
    assertThat(gates.failed(gate().id()))
        .isEqualTo("1 attempt failed, last: no answer within 100 ms");
    assertThat(gates.failed(gate("run-2", LONG, LONG).id())).as("one that is not asked").isEmpty();
    receiver.behave(Receiver.status(200, ""));
    pass(Duration.ofSeconds(1));

    gates.ask(gate());

    assertThat(answer().passed()).isTrue();
  }

  @Test
  void gate_unansweredForLong_isRefusedWithTheLastFailure() throws Exception {
    receiver.behave(Receiver.status(503, "starting"));
    Duration past = Duration.ofHours(2);

    // A server that was away for all of that time asks once.
    gates.ask(gate("run-1", past, LONG));
    untilAsked(1);
    Await.until("the attempt has ended", () -> gates.attempts() == 0);
    assertThat(gates.answers()).isEmpty();
    gates.ask(gate("run-1", past, LONG));

    assertThat(answer())
        .returns(false, GateAnswer::passed)
        .returns("no answer that counts for 7200 s: answered 503: starting", GateAnswer::detail);
    assertThat(receiver.received()).hasSize(1);
  }

  @Test
  void gate_secretNotThere_isRefusedAtTheEndWithThat() throws Exception {
    OpenGate signed =
        new OpenGate(
            gate().id(),
            "shop",
            "new-checkout",
            "checkout",
            "half",
            Duration.ofHours(1),
            new GatePlan.Webhook(receiver.url(), "ci", LONG, Duration.ofHours(1)));
    gates.ask(signed);
    gates.ask(signed);

    assertThat(answer().detail()).contains("secret: 'ci' is not known to this server");
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void gate_noLongerKept_isForgottenAndItsAnswerDropped() throws Exception {
    receiver.behave(receiver.silence());
    gates.ask(gate());
    gates.ask(gate("run-2", Duration.ZERO, LONG));
    untilAsked(2);

    gates.keepOnly(Set.of(new OpenGate.Id("run-2", 2, 1, 7)));

    assertThat(gates.openGates()).isEqualTo(1);
    assertThat(gates.attempts()).isEqualTo(1);
    receiver.behave(Receiver.status(200, ""));
    gates.ask(gate());
    assertThat(answer().id().run()).isEqualTo("run-1");
  }

  @Test
  void gates_moreThanThereIsRoomFor_waitUntilOthersEnd() throws Exception {
    receiver.behave(receiver.silence());
    for (int i = 0; i < WebhookGates.OPEN_MAX; i++) {
      gates.ask(gate("run-" + i, Duration.ZERO, LONG));
    }
    gates.ask(gate("late", Duration.ZERO, LONG));
    assertThat(gates.openGates()).isEqualTo(WebhookGates.OPEN_MAX);
    untilAsked(WebhookGates.OPEN_MAX);

    receiver.behave(Receiver.status(200, ""));
    gates.keepOnly(Set.of());
    gates.ask(gate("late", Duration.ZERO, LONG));

    assertThat(answer().id().run()).isEqualTo("late");
  }

  @Test
  void close_whileReceiversHang_endsAndAsksNoMore() throws Exception {
    receiver.behave(receiver.silence());
    gates.ask(gate());
    untilAsked(1);

    gates.close();
    gates.ask(gate());

    assertThat(gates.openGates()).isZero();
    assertThat(receiver.received()).hasSize(1);
  }
}
