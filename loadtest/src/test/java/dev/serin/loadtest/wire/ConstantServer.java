package dev.serin.loadtest.wire;

import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server that answers Evaluate in a way the feature's name asks for. */
final class ConstantServer extends DecisionServiceGrpc.DecisionServiceImplBase
    implements AutoCloseable {

  /** Answered NOT_FOUND. */
  static final String UNKNOWN = "unknown";

  /** Answered after 20 ms. */
  static final String SLOW = "slow";

  /** Never answered. */
  static final String SILENT = "silent";

  private final Server server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger open = new AtomicInteger();
  final AtomicInteger mostOpen = new AtomicInteger();
  final List<String> users = new ArrayList<>();

  ConstantServer(int maxConcurrentCalls) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .maxConcurrentCallsPerConnection(maxConcurrentCalls)
            .addService(this)
            .build()
            .start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  PreparedCalls calls(String... features) {
    List<byte[]> messages = new ArrayList<>();
    for (String feature : features) {
      messages.add(
          EvaluateRequest.newBuilder()
              .setFeature(feature)
              .setUserKey("user-" + messages.size())
              .build()
              .toByteArray());
    }
    return new PreparedCalls("localhost", "/serin.v1.DecisionService/Evaluate", messages);
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    synchronized (users) {
      users.add(request.getUserKey());
    }
    switch (request.getFeature()) {
      case UNKNOWN -> {
        open.decrementAndGet();
        observer.onError(Status.NOT_FOUND.asRuntimeException());
      }
      case SLOW -> {
        Future<?> _ = timer.schedule(() -> answer(observer), 20, TimeUnit.MILLISECONDS);
      }
      case SILENT -> {}
      default -> answer(observer);
    }
  }

  private void answer(StreamObserver<EvaluateResponse> observer) {
    open.decrementAndGet();
    observer.onNext(EvaluateResponse.newBuilder().setVariant("on").build());
    observer.onCompleted();
  }

  /** Ends at once, open calls too. */
  void stop() {
    server.shutdownNow();
    timer.shutdownNow();
  }

  @Override
  public void close() {
    stop();
  }
}
