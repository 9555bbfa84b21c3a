package dev.serin.server;

import dev.serin.v1.DecisionServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.function.LongConsumer;

/**
 * Tells whoever gathers a call's request of its bytes while they arrive: gRPC keeps the message of
 * a unary call to itself until the request is complete, however long its caller takes for that.
 *
 * <p>Used on the call's event loop. Evaluate, whose requests are small, does without.
 */
final class ArrivingBytes extends ServerStreamTracer {
  private static final Context.Key<ArrivingBytes> OF_CALL = Context.key("arriving-bytes");
  private static final String EVALUATE =
      DecisionServiceGrpc.getEvaluateMethod().getFullMethodName();
  private static final ServerStreamTracer NONE = new ServerStreamTracer() {};

  /** For the transport of a port. */
  static final ServerStreamTracer.Factory FACTORY =
      new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return method.equals(EVALUATE) ? NONE : new ArrivingBytes();
        }
      };

  private LongConsumer listener = bytes -> {};

  private ArrivingBytes() {}

  /** From now on, tells how many more bytes of the current call arrived; not on every port. */
  static void ofCurrentCall(LongConsumer listener) {
    ArrivingBytes arriving = OF_CALL.get();
    if (arriving != null) {
      arriving.listener = listener;
    }
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(OF_CALL, this);
  }

  @Override
  public void inboundWireSize(long bytes) {
    listener.accept(bytes);
  }
}
