package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.outcome.Outcome;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RolloutCallersTest {
  /** Of each run: the room is full in a moment. */
  private static final double PER_SECOND = 5_000;

  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final WatchedRun one = run("one");
  private final WatchedRun other = run("other");
  private Server server;
  private SilentService service;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    service = new SilentService();
    server = NettyServerBuilder.forAddress(loopback).addService(service).build().start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(loopback.getAddress(), server.getPort()))
            .usePlaintext()
            .directExecutor()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void calls_withoutAnswers_areBoundedAndTheRestSkipped() throws Exception {
    try (var callers = callers()) {
      Await.until("skipped calls of both", () -> one.skips() > 100 && other.skips() > 100);

      int asked = service.waiting();
      // A call that was given up makes room for another.
      assertThat(asked)
          .isLessThanOrEqualTo(RolloutCallers.IN_FLIGHT_MAX + (int) callers.failures());
    }
    assertThat(outcomes).isEmpty();
  }

  @Test
  void calls_onceAnswersCome_goOnForEveryRun() throws Exception {
    try (var callers = callers()) {
      Await.until("skipped calls", () -> callers.skips() > 100);
      long before = one.calls();
      long othersBefore = other.calls();

      service.answer();

      Await.until("calls of one", () -> one.calls() > before + 200);
      Await.until("calls of the other", () -> other.calls() > othersBefore + 200);
      Await.until("answers", () -> callers.answers() > RolloutCallers.IN_FLIGHT_MAX);
    }
    Await.until("outcomes", () -> outcomes.size() > RolloutCallers.IN_FLIGHT_MAX);
  }

  @Test
  void calls_ofARunThatHasNotBegun_areNotMade() throws Exception {
    service.answer();
    WatchedRun waiting = new WatchedRun("waiting", 0, settings());
    try (var callers =
        new RolloutCallers(channel, outcomes::add, () -> true, List.of(waiting, one), PER_SECOND)) {
      Await.until("answers", () -> callers.answers() > 100);
    }

    assertThat(waiting.calls() + waiting.skips()).isZero();
  }

  @Test
  void calls_whileNoneMayBeMade_areSkipped() throws Exception {
    service.answer();
    var mayCall = new AtomicBoolean();
    try (var callers =
        new RolloutCallers(channel, outcomes::add, mayCall::get, List.of(one), PER_SECOND)) {
      Await.until("skipped calls", () -> one.skips() > 100);
      assertThat(one.calls()).isZero();

      mayCall.set(true);

      Await.until("answers", () -> callers.answers() > 100);
    }
  }

  @Test
  void calls_whoseOutcomeIsDropped_haveFailed() throws Exception {
    service.answer();
    try (var callers =
        new RolloutCallers(channel, _ -> false, () -> true, List.of(one), PER_SECOND)) {
      Await.until("failures", () -> callers.failures() > 0);

      assertThat(callers.lastFailure()).isEqualTo("an outcome was dropped");
    }
  }

  private RolloutCallers callers() {
    return new RolloutCallers(channel, outcomes::add, () -> true, List.of(one, other), PER_SECOND);
  }

  private static WatchedRun run(String key) {
    var run = new WatchedRun(key, 0, settings());
    run.begin(Instant.now());
    return run;
  }

  private static RolloutSettings settings() {
    return new RolloutSettings(
        1,
        List.of(0.0),
        1,
        0,
        1,
        Duration.ZERO,
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        20_261_122);
  }

  /** Answers nobody until it is told to; then everybody. */
  private static final class SilentService extends DecisionServiceGrpc.DecisionServiceImplBase {
    private static final EvaluateResponse ANSWER =
        EvaluateResponse.newBuilder()
            .setVariant(WatchedRun.TREATMENT)
            .setDecisionToken("token")
            .build();

    private final Queue<StreamObserver<EvaluateResponse>> waiting = new ConcurrentLinkedQueue<>();
    private boolean answering;

    @Override
    public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
      // Without one an answer to a call that was given up throws.
      ((ServerCallStreamObserver<EvaluateResponse>) observer).setOnCancelHandler(() -> {});
      synchronized (this) {
        if (!answering) {
          waiting.add(observer);
          return;
        }
      }
      answer(observer);
    }

    int waiting() {
      return waiting.size();
    }

    synchronized void answer() {
      answering = true;
      waiting.forEach(SilentService::answer);
      waiting.clear();
    }

    private static void answer(StreamObserver<EvaluateResponse> observer) {
      observer.onNext(ANSWER);
      observer.onCompleted();
    }
  }
}
