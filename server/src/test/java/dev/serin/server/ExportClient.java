package dev.serin.server;

import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.ExportDecisionsRequest;
import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.ExportedDecision;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A reader of an export, which keeps what it is sent. */
final class ExportClient
    implements ClientResponseObserver<ExportDecisionsRequest, ExportDecisionsResponse> {
  private static final long WAIT_SECONDS = 60;

  private final boolean reads;
  private final List<ExportedDecision> received = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<ExportDecisionsRequest> call;

  private ExportClient(boolean reads) {
    this.reads = reads;
  }

  /** Begins an export; from now on nothing is missed. */
  static ExportClient begin(Channel channel, ExportDecisionsRequest request) throws Exception {
    return begin(channel, request, true);
  }

  /** Begins an export that takes no records until {@link #read} says so. */
  static ExportClient beginUnread(Channel channel) throws Exception {
    return begin(channel, ExportDecisionsRequest.getDefaultInstance(), false);
  }

  private static ExportClient begin(Channel channel, ExportDecisionsRequest request, boolean reads)
      throws Exception {
    ExportClient client = new ExportClient(reads);
    AnalysisServiceGrpc.newStub(channel).exportDecisions(request, client);
    if (!client.begun.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("no first answer; the end: " + client.end.getNow(null));
    }
    return client;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ExportDecisionsRequest> stream) {
    call = stream;
    if (!reads) {
      stream.disableAutoRequestWithInitial(1);
    }
  }

  /** Takes so many messages. */
  void read(int messages) {
    call().request(messages);
  }

  void cancel() {
    call().cancel("enough", null);
  }

  private ClientCallStreamObserver<ExportDecisionsRequest> call() {
    if (call == null) {
      throw new IllegalStateException("not begun");
    }
    return call;
  }

  /** What was received so far. */
  List<ExportedDecision> received() {
    synchronized (received) {
      return List.copyOf(received);
    }
  }

  /** Waits for so many records. */
  List<ExportedDecision> await(int count) throws Exception {
    Await.until(count + " records", () -> received.size() >= count || end.isDone());
    return received();
  }

  /** How the call ended. */
  GrpcError end() throws Exception {
    return GrpcError.of(end.get(WAIT_SECONDS, TimeUnit.SECONDS));
  }

  @Override
  public void onNext(ExportDecisionsResponse message) {
    received.addAll(message.getDecisionsList());
    begun.countDown();
  }

  @Override
  public void onError(Throwable failure) {
    end.complete((StatusRuntimeException) failure);
    begun.countDown();
  }

  @Override
  public void onCompleted() {
    end.completeExceptionally(new AssertionError("an export has no good end"));
  }
}
