package dev.serin.loadtest.serving;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.GrpcPort;
import dev.serin.server.ServerConfig;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import io.grpc.stub.StreamObserver;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * What Serin's price is compared with: the generated service on the same port as Serin's, which
 * parses each request and answers a constant. A program of its own.
 */
final class StockStub extends DecisionServiceGrpc.DecisionServiceImplBase {

  private final EvaluateResponse constant;

  private StockStub(EvaluateResponse constant) {
    this.constant = constant;
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    observer.onNext(constant);
    observer.onCompleted();
  }

  /** Returns the arguments of {@link #main}. */
  static List<String> arguments(EvaluateResponse constant) {
    return List.of(Base64.getEncoder().encodeToString(constant.toByteArray()));
  }

  /**
   * Serves until it is killed.
   *
   * @param arguments the answer, serialised, in base 64
   */
  public static void main(String[] arguments)
      throws InvalidProtocolBufferException, InterruptedException {
    EvaluateResponse constant =
        EvaluateResponse.parseFrom(Base64.getDecoder().decode(arguments[0]));
    ServerConfig config =
        ServerConfig.read(List.of("--grpc-port", "0", "--http-port", "0"), Map.of()).orThrow();
    GrpcPort port = GrpcPort.open(config, List.of(new StockStub(constant).bindService()));
    System.out.println("serving gRPC on " + Target.local(port.port()).authority());
    new CountDownLatch(1).await();
  }
}
