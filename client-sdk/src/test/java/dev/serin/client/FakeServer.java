package dev.serin.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * A DecisionService on a loopback port, answering as a test says. Close it to take the server away.
 */
final class FakeServer extends DecisionServiceGrpc.DecisionServiceImplBase
    implements AutoCloseable {
  final List<EvaluateRequest> evaluated = new CopyOnWriteArrayList<>();
  final List<EvaluateAllRequest> pages = new CopyOnWriteArrayList<>();
  volatile BiConsumer<EvaluateRequest, StreamObserver<EvaluateResponse>> onEvaluate =
      (request, observer) -> answer(observer, EvaluateResponse.getDefaultInstance());
  volatile BiConsumer<EvaluateAllRequest, StreamObserver<EvaluateAllResponse>> onEvaluateAll =
      (request, observer) -> answer(observer, EvaluateAllResponse.getDefaultInstance());
  volatile BiConsumer<ExplainRequest, StreamObserver<ExplainResponse>> onExplain =
      (request, observer) -> answer(observer, ExplainResponse.getDefaultInstance());

  private final Server server;

  FakeServer() {
    this(0);
  }

  FakeServer(int port) {
    this(port, InsecureServerCredentials.create());
  }

  FakeServer(int port, ServerCredentials credentials) {
    try {
      server =
          Grpc.newServerBuilderForPort(port, credentials)
              .directExecutor()
              .addService(this)
              .build()
              .start();
    } catch (IOException taken) {
      throw new IllegalStateException(taken);
    }
  }

  int port() {
    return server.getPort();
  }

  String target() {
    return "127.0.0.1:" + port();
  }

  void answers(EvaluateResponse response) {
    onEvaluate = (request, observer) -> answer(observer, response);
  }

  void refuses(StatusRuntimeException refusal) {
    onEvaluate = (request, observer) -> observer.onError(refusal);
  }

  static <M> void answer(StreamObserver<M> observer, M response) {
    observer.onNext(response);
    observer.onCompleted();
  }

  static StatusRuntimeException refusal(Code code, String reason, String... fields) {
    BadRequest.Builder violations = BadRequest.newBuilder();
    for (String field : fields) {
      violations.addFieldViolationsBuilder().setField(field).setDescription("bad");
    }
    List<Message> details =
        List.of(
            ErrorInfo.newBuilder().setDomain("serin.dev").setReason(reason).build(),
            violations.build());
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage("told by the server")
            .addAllDetails(details.stream().map(Any::pack).toList())
            .build());
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    evaluated.add(request);
    onEvaluate.accept(request, observer);
  }

  @Override
  public void evaluateAll(
      EvaluateAllRequest request, StreamObserver<EvaluateAllResponse> observer) {
    pages.add(request);
    onEvaluateAll.accept(request, observer);
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
    onExplain.accept(request, observer);
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
