package dev.serin.server;

import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.ListNamespacesRequest;
import dev.serin.v1.ListNamespacesResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/**
 * A call in flight for as long as a test likes: its request is not said to be complete until it is
 * finished.
 */
final class HeldCall {
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final ClientCall<ListNamespacesRequest, ListNamespacesResponse> call;

  /** Begins the call; the server knows of it when this returns. */
  HeldCall(Channel channel) {
    call = channel.newCall(FeatureServiceGrpc.getListNamespacesMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(ListNamespacesRequest.getDefaultInstance());
    // Later on the same connection: its answer says that the server has seen the other.
    var answer =
        FeatureServiceGrpc.newBlockingStub(channel)
            .listNamespaces(ListNamespacesRequest.getDefaultInstance());
    if (answer.getNamespacesCount() == 0) {
      throw new IllegalStateException("no namespaces (expected: default)");
    }
  }

  /** Says that the request is complete. */
  void finish() {
    call.halfClose();
  }

  /** How the call ends. */
  CompletableFuture<Status> end() {
    return end;
  }
}
