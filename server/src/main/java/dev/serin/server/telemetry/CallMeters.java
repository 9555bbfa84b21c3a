package dev.serin.server.telemetry;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The meters of all methods, and the interceptor that feeds them for calls off the hot path.
 *
 * <p>There is one meter for each method the server has: a caller cannot make more.
 */
public final class CallMeters implements ServerInterceptor {
  private final ConcurrentMap<String, CallMeter> meters = new ConcurrentHashMap<>();

  /** The meter of a method, made where it is new. */
  public CallMeter meter(String method) {
    return meters.computeIfAbsent(method, CallMeter::new);
  }

  /** All meters. */
  public Collection<CallMeter> all() {
    return meters.values();
  }

  /**
   * Feeds the same meters from a port that ends calls by itself.
   *
   * @param cancelled how the call that is being cancelled ended in truth
   */
  public ServerInterceptor whereCancelledMeans(Supplier<Status.Code> cancelled) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return metered(call, headers, next, cancelled);
      }
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return metered(call, headers, next, () -> Status.Code.CANCELLED);
  }

  private <Q, R> ServerCall.Listener<Q> metered(
      ServerCall<Q, R> call,
      Metadata headers,
      ServerCallHandler<Q, R> next,
      Supplier<Status.Code> cancelled) {
    var metered = new MeteredCall<>(call, meter(call.getMethodDescriptor().getFullMethodName()));
    return new SimpleForwardingServerCallListener<>(next.startCall(metered, headers)) {
      @Override
      public void onCancel() {
        metered.recordOnce(cancelled.get());
        super.onCancel();
      }
    };
  }

  /** A call that is recorded when it is closed or cancelled, whichever comes first. */
  private static final class MeteredCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final CallMeter meter;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean recorded = new AtomicBoolean();

    MeteredCall(ServerCall<Q, R> call, CallMeter meter) {
      super(call);
      this.meter = meter;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      recordOnce(status.getCode());
      super.close(status, trailers);
    }

    void recordOnce(Status.Code code) {
      if (recorded.compareAndSet(false, true)) {
        meter.record(code, System.nanoTime() - startNanos);
      }
    }
  }
}
