package dev.serin.server.decision;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.Exposures;
import dev.serin.server.telemetry.CallMeter;
import dev.serin.v1.DecisionServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Evaluate on the event loop: reads, decides and writes without leaving it.
 *
 * <p>Nothing here waits, locks or logs. The answer is known when the message is read; it is sent
 * and counted when the caller has finished sending.
 */
public final class EvaluateCalls {
  private EvaluateCalls() {}

  /**
   * The method, to be served in place of the generated one.
   *
   * @param exposures what is given to whom: recorded when it is decided
   */
  public static ServerMethodDefinition<?, ?> method(
      ServedSnapshots snapshots, Exposures exposures, CallMeter meter) {
    var generated = DecisionServiceGrpc.getEvaluateMethod();
    MethodDescriptor<Answer, byte[]> own =
        generated.toBuilder(new EvaluateMarshaller(snapshots, exposures), new ReadyBytes()).build();
    return ServerMethodDefinition.create(own, new Handler(meter));
  }

  /** Starts calls. */
  private record Handler(CallMeter meter) implements ServerCallHandler<Answer, byte[]> {
    @Override
    public ServerCall.Listener<Answer> startCall(
        ServerCall<Answer, byte[]> call, Metadata headers) {
      // Two: a second message has to be seen; the transport then ends the call.
      call.request(2);
      return new Call(call, meter);
    }
  }

  /** A call in flight, on its event loop. */
  private static final class Call extends ServerCall.Listener<Answer> {
    private final ServerCall<Answer, byte[]> call;
    private final CallMeter meter;
    private final long startNanos = System.nanoTime();
    private @Nullable Answer answer;
    private boolean ended;

    Call(ServerCall<Answer, byte[]> call, CallMeter meter) {
      this.call = call;
      this.meter = meter;
    }

    @Override
    public void onMessage(Answer decided) {
      answer = decided;
    }

    @Override
    public void onHalfClose() {
      switch (answer == null ? noMessage() : answer) {
        case ServedDecision served -> send(served, served.bytes());
        case DrawnDecision drawn -> send(drawn.served(), drawn.bytes());
        case Refusal refusal -> end(refusal.status(), refusal.trailers());
      }
    }

    @Override
    public void onCancel() {
      if (!ended) {
        ended = true;
        meter.record(Status.Code.CANCELLED, System.nanoTime() - startNanos);
      }
    }

    private void send(ServedDecision served, byte[] bytes) {
      served.count().increment();
      call.sendHeaders(new Metadata());
      call.sendMessage(bytes);
      end(Status.OK, new Metadata());
    }

    private void end(Status status, Metadata trailers) {
      ended = true;
      call.close(status, trailers);
      meter.record(status.getCode(), System.nanoTime() - startNanos);
    }
  }

  private static Refusal noMessage() {
    return Refusal.of(ApiErrors.invalidRequest("", "no message (expected: one)"));
  }

  /** Writes answers that are bytes already. */
  private static final class ReadyBytes implements Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new AnswerStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("answers are written only");
    }
  }
}
