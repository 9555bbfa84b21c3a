package dev.serin.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.CreateNamespaceResponse;
import dev.serin.v1.FeatureServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bounds in front of the workers, shown with one worker, a queue of two and little room. */
class OffLoopCallsTest {
  private static final int REQUEST_BYTES_MAX = 1_000;
  private static final int WAITING_BYTES_MAX = 1_500;

  /** Called so, since a client sends the message of a unary call when its request is complete. */
  private static final MethodDescriptor<CreateNamespaceRequest, CreateNamespaceResponse> AS_STREAM =
      FeatureServiceGrpc.getCreateNamespaceMethod().toBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .build();

  private final WorkerPool workers = new WorkerPool("calls", 1, 2, WAITING_BYTES_MAX);
  private final OpenCalls open = new OpenCalls();
  private final Slow service = new Slow();
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private Server server;
  private ManagedChannel channel;

  /** A service that answers when it is allowed to. */
  private static final class Slow extends FeatureServiceGrpc.FeatureServiceImplBase {
    final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    final Semaphore allowed = new Semaphore(0);

    @Override
    public void createNamespace(
        CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> observer) {
      begun.add(request.getName());
      allowed.acquireUninterruptibly();
      observer.onNext(CreateNamespaceResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  @BeforeEach
  void start() throws Exception {
    start(OffLoopCalls.GATHERING_MAX);
  }

  private void start(Duration gatheringMax) throws Exception {
    var offLoop = new OffLoopCalls(method -> workers, method -> REQUEST_BYTES_MAX, gatheringMax);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addStreamTracerFactory(ArrivingBytes.FACTORY)
            .addService(
                ServerInterceptors.intercept(ErrorInterceptor.guard(service), offLoop, open))
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .intercept(listed)
            .build();
  }

  @AfterEach
  void stop() {
    service.allowed.release(1_000);
    channel.shutdownNow();
    server.shutdownNow();
    workers.close();
    assertThat(listed.unlisted()).isEmpty();
  }

  @Test
  void call_queueFull_isRefusedAsOverloadedAndTakenLater() throws Exception {
    List<ListenableFuture<CreateNamespaceResponse>> taken = new ArrayList<>();
    taken.add(call("first"));
    assertThat(service.begun.poll(30, SECONDS)).isEqualTo("first");
    taken.add(call("second"));
    taken.add(call("third"));

    GrpcError refused = refusal(call("fourth"));

    assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.reason()).isEqualTo("OVERLOADED");
    assertThat(refused.text()).isEqualTo("worker queue: 2 calls wait already (expected: fewer)");
    assertThat(refused.retry()).isTrue();
    service.allowed.release(3);
    for (var call : taken) {
      assertThat(call.get(30, SECONDS)).isNotNull();
    }
    service.allowed.release();
    assertThat(call("fifth").get(30, SECONDS)).isNotNull();
    assertThat(service.begun).containsExactly("second", "third", "fifth");
  }

  @Test
  void call_tooManyBytesWaiting_isRefusedThoughTheQueueHasRoom() throws Exception {
    var first = call("x".repeat(900));
    assertThat(service.begun.poll(30, SECONDS)).hasSize(900);

    assertThat(refusal(call("y".repeat(900))).reason()).isEqualTo("OVERLOADED");

    service.allowed.release(2);
    assertThat(first.get(30, SECONDS)).isNotNull();
    // Given back by the worker, which has answered before.
    Await.until("room", () -> workers.waitingBytes() == 0);
    assertThat(call("z".repeat(900)).get(30, SECONDS)).isNotNull();
    assertThat(service.begun).containsExactly("z".repeat(900));
  }

  @Test
  void request_thatDoesNotEnd_holdsItsRoomUntilItIsCancelled() throws Exception {
    var first = new EndlessRequest("x".repeat(900));
    Await.until("its bytes", () -> workers.waitingBytes() >= 900);
    service.allowed.release(1_000);

    GrpcError refused = refusal(call("y".repeat(900)));
    assertThat(refused.reason()).isEqualTo("OVERLOADED");
    assertThat(refused.text())
        .isEqualTo("worker queue: 1500 bytes of requests wait already (expected: fewer)");
    assertThat(new EndlessRequest("z".repeat(900)).end.get(30, SECONDS).reason())
        .isEqualTo("OVERLOADED");
    assertThat(workers.waitingBytes()).isBetween(900L, 1_000L);

    first.call.cancel("as a caller does", null);
    Await.until("room", () -> workers.waitingBytes() == 0);
    assertThat(call("y".repeat(900)).get(30, SECONDS)).isNotNull();
    assertThat(service.begun).containsExactly("y".repeat(900));
  }

  @Test
  void request_thatDoesNotEndInTime_isRefusedAndItsRoomGivenBack() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    start(Duration.ofMillis(50));

    GrpcError refused = new EndlessRequest("x".repeat(900)).end.get(30, SECONDS);

    assertThat(refused.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(refused.text()).isEqualTo("not complete after 50 ms (expected: sooner)");
    Await.until("room", () -> workers.waitingBytes() == 0);
    assertThat(service.begun).isEmpty();
  }

  @Test
  void request_thatDoesNotEnd_isForgottenWhenTheServerEndsIt() throws Exception {
    var request = new EndlessRequest("x".repeat(900));
    Await.until("its bytes", () -> workers.waitingBytes() >= 900);

    open.endAll();

    assertThat(request.end.get(30, SECONDS).reason()).isEqualTo("SHUTTING_DOWN");
    Await.until("room", () -> workers.waitingBytes() == 0);
  }

  @Test
  void call_aboveItsLimit_isRefusedBeforeItWaits() throws Exception {
    GrpcError refused = refusal(call("x".repeat(1_100)));

    assertThat(refused.reason()).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(refused.text())
        .contains("FeatureService/CreateNamespace: more than 1000 bytes")
        .contains("(expected: at most 1000 bytes)");
    assertThat(service.begun).isEmpty();
  }

  @Test
  void call_cancelledWhileItWaits_isNeverBegun() throws Exception {
    var first = call("first");
    assertThat(service.begun.poll(30, SECONDS)).isEqualTo("first");
    var second = call("second");
    // The queue is full with it: the server has it.
    var third = call("third");
    assertThat(refusal(call("fourth")).reason()).isEqualTo("OVERLOADED");

    second.cancel(true);
    // Later on the same connection: when it is refused, the cancellation has arrived.
    assertThat(refusal(call("fifth")).reason()).isEqualTo("OVERLOADED");
    service.allowed.release(3);

    assertThat(first.get(30, SECONDS)).isNotNull();
    assertThat(third.get(30, SECONDS)).isNotNull();
    assertThat(service.begun).containsExactly("third");
  }

  @Test
  void call_endedWhileItWaits_isNeverBegun() throws Exception {
    var first = call("first");
    assertThat(service.begun.poll(30, SECONDS)).isEqualTo("first");
    var second = call("second");
    var third = call("third");
    assertThat(refusal(call("fourth")).reason()).isEqualTo("OVERLOADED");

    open.endAll();

    for (var ended : List.of(first, second, third)) {
      assertThat(refusal(ended).reason()).isEqualTo("SHUTTING_DOWN");
    }
    service.allowed.release(2);
    // They keep their places in the queue until the worker comes to them.
    Await.until("a place", () -> isAnswered(call("fifth")));
    assertThat(service.begun).containsExactly("fifth");
  }

  /** A call that sends its message and never says that this was all. */
  private final class EndlessRequest extends ClientCall.Listener<CreateNamespaceResponse> {
    final CompletableFuture<GrpcError> end = new CompletableFuture<>();
    final ClientCall<CreateNamespaceRequest, CreateNamespaceResponse> call =
        channel.newCall(AS_STREAM, CallOptions.DEFAULT);

    EndlessRequest(String namespace) {
      call.start(this, new Metadata());
      call.request(2);
      call.sendMessage(CreateNamespaceRequest.newBuilder().setName(namespace).build());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(GrpcError.of(status.asRuntimeException(trailers)));
    }
  }

  private ListenableFuture<CreateNamespaceResponse> call(String namespace) {
    return FeatureServiceGrpc.newFutureStub(channel)
        .createNamespace(CreateNamespaceRequest.newBuilder().setName(namespace).build());
  }

  private static boolean isAnswered(ListenableFuture<?> call) throws Exception {
    try {
      return call.get(30, SECONDS) != null;
    } catch (ExecutionException e) {
      return false;
    }
  }

  private static GrpcError refusal(ListenableFuture<?> call) {
    return GrpcError.of(
        () -> {
          try {
            call.get(30, SECONDS);
          } catch (ExecutionException e) {
            throw Status.fromThrowable(e).asRuntimeException(Status.trailersFromThrowable(e));
          }
        });
  }
}
