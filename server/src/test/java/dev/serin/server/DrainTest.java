package dev.serin.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops while callers still want something of it. */
class DrainTest {
  private static final long LIMIT_SECONDS = 60;

  @TempDir Path directory;

  @Test
  void close_callInFlight_isAnsweredBeforeTheServerIsGone() throws Exception {
    try (RunningServer server = RunningServer.start(directory, "--drain-timeout=5m")) {
      var health = new Watch(server);
      health.expect(ServingStatus.SERVING);
      var call = new HeldCall(server.channel());

      CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
      health.expect(ServingStatus.NOT_SERVING);
      assertThat(health.end()).contains("UNAVAILABLE", "server: stopping");
      assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(evaluateAnew(server.server().grpcPort())).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(closing).isNotDone();
      assertThat(call.end()).isNotDone();

      call.finish();

      assertThat(call.end().get(LIMIT_SECONDS, SECONDS).isOk()).isTrue();
      closing.get(LIMIT_SECONDS, SECONDS);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void close_callThatDoesNotEnd_isEndedAsShuttingDown() throws Exception {
    try (RunningServer server = RunningServer.start(directory, "--drain-timeout=50ms")) {
      var call = new HeldCall(server.channel());

      server.server().close();

      assertThat(call.end().get(LIMIT_SECONDS, SECONDS).getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
      // Listed, so it is SHUTTING_DOWN and not what the transport makes of a lost connection.
      assertThat(call.end().get().getDescription()).contains("server: stopping");
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void close_streamOpenedMeanwhile_isRefused() throws Exception {
    try (RunningServer server = RunningServer.start(directory, "--drain-timeout=5m")) {
      var call = new HeldCall(server.channel());
      var first = new Watch(server);
      first.expect(ServingStatus.SERVING);

      CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
      assertThat(first.end()).contains("UNAVAILABLE");
      assertThat(new Watch(server).end()).contains("UNAVAILABLE");

      call.finish();
      closing.get(LIMIT_SECONDS, SECONDS);
    }
  }

  @Test
  void close_twice_returnsAtOnce() throws Exception {
    try (RunningServer server = RunningServer.start(directory)) {
      server.server().close();
      server.server().close();
    }
    // The store was let go of: another server may have it.
    try (RunningServer next = RunningServer.start(directory)) {
      assertThat(next.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  /** Evaluates over a connection of its own. */
  private static Status.Code evaluateAnew(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      var answer =
          DecisionServiceGrpc.newBlockingStub(channel)
              .evaluate(EvaluateRequest.newBuilder().setFeature("f").build());
      throw new AssertionError(answer + " (expected: a refusal)");
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  /** What the server says of its health, as a watcher hears it. */
  private static final class Watch implements StreamObserver<HealthCheckResponse> {
    private final BlockingQueue<ServingStatus> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    Watch(RunningServer server) {
      HealthGrpc.newStub(server.channel()).watch(HealthCheckRequest.getDefaultInstance(), this);
    }

    void expect(ServingStatus expected) throws InterruptedException {
      assertThat(heard.poll(LIMIT_SECONDS, SECONDS)).isEqualTo(expected);
    }

    String end() throws Exception {
      return end.get(LIMIT_SECONDS, SECONDS);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
      heard.add(response.getStatus());
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(failure.getMessage());
    }

    @Override
    public void onCompleted() {
      end.complete("completed");
    }
  }
}
