package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.v1.EvaluateResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What callers get when the server is slow, away, or comes back. */
class OutageTest {
  private static final Context USER = Context.user("u");

  @Test
  void evaluate_serverThatNeverAnswers_givesDefaultAtTheDeadline() {
    try (FakeServer server = new FakeServer();
        SerinClient client = client(server.port())) {
      server.answers(Values.decision(Values.of(false)));
      assertThat(client.evaluate("f", USER, true)).isFalse();
      server.onEvaluate = (request, observer) -> {};
      SerinClient hurried = client.withDeadline(Deadlines.SHORT);
      long begin = System.nanoTime();

      EvaluationDetails<Boolean> details = hurried.evaluateDetails("f", USER, true);
      EvaluationDetails<Boolean> later = hurried.evaluateAsync("f", USER, true).join();

      assertThat(System.nanoTime() - begin).isLessThan(Deadlines.GENEROUS.toNanos());
      assertThat(details.value()).isTrue();
      assertThat(details.error().orElseThrow())
          .isEqualTo(
              new EvaluationError(
                  ErrorCode.GENERAL,
                  "no answer from " + server.target() + " (expected: within 100 ms)"));
      assertThat(later).isEqualTo(details);
    }
  }

  @Test
  void evaluate_noServer_givesDefaultAtOnce() {
    int port = freePort();
    try (SerinClient client = client(port)) {
      EvaluationDetails<String> details = client.evaluateDetails("f", USER, "x");

      assertThat(details.value()).isEqualTo("x");
      assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.PROVIDER_NOT_READY);
      assertThat(details.error().orElseThrow().message()).contains("127.0.0.1:" + port);
      assertThat(client.evaluateAll(USER).error().orElseThrow().code())
          .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
      assertThatThrownBy(() -> client.evaluateAll(USER).orThrow())
          .isInstanceOf(EvaluationException.class);
      assertThatThrownBy(() -> client.explain("f", USER)).isInstanceOf(EvaluationException.class);
    }
  }

  @Test
  void awaitConnected_noServer_givesUp() throws InterruptedException {
    try (SerinClient client = client(freePort())) {
      assertThat(client.awaitConnected(Deadlines.SHORT)).isFalse();
    }
  }

  @Test
  void evaluate_serverRestarted_isAnsweredAgain() throws InterruptedException {
    FakeServer first = new FakeServer();
    int port = first.port();
    try (SerinClient client = client(port)) {
      assertThat(client.awaitConnected(Deadlines.GENEROUS)).isTrue();
      assertThat(client.evaluateDetails("f", USER, "x").error().orElseThrow().code())
          .isEqualTo(ErrorCode.PARSE_ERROR);
      first.close();
      assertThat(client.evaluateDetails("f", USER, "x").error().orElseThrow().code())
          .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
      try (FakeServer second = new FakeServer(port)) {
        second.answers(Values.decision(Values.of("back")));
        assertThat(client.awaitConnected(Deadlines.GENEROUS)).isTrue();
        assertThat(client.evaluate("f", USER, "x")).isEqualTo("back");
      }
    }
  }

  @Test
  void evaluate_againAndAgainAfterARestart_bringsTheServerBack() throws InterruptedException {
    FakeServer first = new FakeServer();
    int port = first.port();
    try (SerinClient client = client(port)) {
      assertThat(client.awaitConnected(Deadlines.GENEROUS)).isTrue();
      first.close();
      long until = System.nanoTime() + Deadlines.GENEROUS.toNanos();
      try (FakeServer second = new FakeServer(port)) {
        second.answers(Values.decision(Values.of("back")));
        String value = "x";
        while (value.equals("x") && System.nanoTime() < until) {
          value = client.evaluate("f", USER, "x");
          Thread.onSpinWait();
        }
        assertThat(value).isEqualTo("back");
      }
    }
  }

  @Test
  void evaluate_interruptedThread_givesDefaultAndStaysInterrupted() {
    try (FakeServer server = new FakeServer();
        SerinClient client = client(server.port())) {
      server.onEvaluate = (request, observer) -> {};
      Thread.currentThread().interrupt();

      EvaluationDetails<Boolean> details = client.evaluateDetails("f", USER, true);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(details.value()).isTrue();
      assertThat(details.error().orElseThrow().code()).isEqualTo(ErrorCode.GENERAL);
    }
  }

  @Test
  void close_callUnderWay_mayEnd() throws InterruptedException {
    try (FakeServer server = new FakeServer()) {
      SerinClient client =
          SerinClient.builder(server.target())
              .plaintext()
              .deadline(Deadlines.GENEROUS)
              .drain(Deadlines.GENEROUS)
              .build();
      CompletableFuture<StreamObserver<EvaluateResponse>> asked = new CompletableFuture<>();
      server.onEvaluate = (request, observer) -> asked.complete(observer);
      CompletableFuture<EvaluationDetails<Boolean>> answer = client.evaluateAsync("f", USER, false);
      StreamObserver<EvaluateResponse> observer = asked.join();
      CountDownLatch closing = new CountDownLatch(1);
      Thread closer =
          new Thread(
              () -> {
                closing.countDown();
                client.close();
              });
      closer.start();
      closing.await();
      FakeServer.answer(observer, Values.decision(Values.of(true)));

      assertThat(answer.join().value()).isTrue();
      closer.join();
    }
  }

  @Test
  void close_callThatNeverEnds_isCutAfterTheDrain() {
    try (FakeServer server = new FakeServer()) {
      SerinClient client =
          SerinClient.builder(server.target())
              .plaintext()
              .deadline(Deadlines.GENEROUS)
              .drain(Duration.ofMillis(50))
              .build();
      CompletableFuture<Boolean> asked = new CompletableFuture<>();
      server.onEvaluate = (request, observer) -> asked.complete(true);
      CompletableFuture<EvaluationDetails<Boolean>> answer = client.evaluateAsync("f", USER, true);
      asked.join();

      client.close();

      assertThat(answer.join().value()).isTrue();
      assertThat(answer.join().error().orElseThrow().code())
          .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
    }
  }

  @Test
  void evaluate_afterClose_givesDefault() throws InterruptedException {
    try (FakeServer server = new FakeServer()) {
      SerinClient client = client(server.port());
      client.close();
      client.close();

      assertThat(client.evaluateDetails("f", USER, 7L).value()).isEqualTo(7L);
      assertThat(client.evaluateDetails("f", USER, 7L).error().orElseThrow())
          .isEqualTo(
              new EvaluationError(
                  ErrorCode.PROVIDER_NOT_READY,
                  "client: closed (expected: evaluations before close)"));
      assertThat(client.awaitConnected(Deadlines.GENEROUS)).isFalse();
      assertThat(server.evaluated).isEmpty();
    }
  }

  private static SerinClient client(int port) {
    return SerinClient.builder("127.0.0.1:" + port)
        .plaintext()
        .deadline(Deadlines.GENEROUS)
        .build();
  }

  private static int freePort() {
    try (FakeServer gone = new FakeServer()) {
      return gone.port();
    }
  }
}
