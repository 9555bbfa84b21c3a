package dev.serin.server.error;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interceptor through which every error leaves: an {@link ApiException} becomes its status with
 * details, anything unexpected becomes INTERNAL with an incident id and is logged here, once.
 *
 * <p>It sees what listeners throw, what {@code StreamObserver.onError} is given, and statuses that
 * generated code makes (a method nobody implements). CANCELLED and DEADLINE_EXCEEDED are the
 * caller's own doing and pass unchanged. Stateless; safe for all threads.
 */
public final class ErrorInterceptor implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(ErrorInterceptor.class);

  /**
   * The service behind this interceptor, parsing its requests inside it, so that bytes that are no
   * message are answered with a listed error too. For gRPC ports; a port that transcodes JSON needs
   * the service's own marshallers and adds the interceptor alone.
   */
  public static ServerServiceDefinition guard(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()), new ErrorInterceptor());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ListedCall<Q, R> listed = new ListedCall<>(call);
    try {
      return new GuardedListener<>(next.startCall(listed, headers), listed);
    } catch (RuntimeException failure) {
      listed.fail(failure);
      return new ServerCall.Listener<>() {};
    }
  }

  /** The exception that ends a call for this failure; logs it where it is a fault of the server. */
  public static StatusRuntimeException listed(Throwable failure, String method) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ApiException error) {
        return ErrorStatus.of(error);
      }
      if (cause instanceof InvalidProtocolBufferException malformed) {
        return ErrorStatus.of(
            ApiErrors.invalidRequest(
                "", "bytes that are no message (" + malformed.getMessage() + ")"));
      }
    }
    Status status = Status.fromThrowable(failure);
    Metadata trailers = Status.trailersFromThrowable(failure);
    if (isListed(status, trailers)) {
      return status.asRuntimeException(trailers);
    }
    if (status.getCode() == Status.Code.UNIMPLEMENTED) {
      return ErrorStatus.of(ApiErrors.notBuilt(method));
    }
    if (status.getCode() == Status.Code.INTERNAL && status.getCause() == null) {
      // Generated code says so of calls with no request or with more than one.
      return ErrorStatus.of(ApiErrors.invalidRequest("", status.getDescription() + ""));
    }
    if (isOfCaller(status.getCode())) {
      return status.asRuntimeException();
    }
    String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    log.error("{} failed, incident {}", method, incident, failure);
    return ErrorStatus.of(ApiErrors.internal(incident, failure));
  }

  /** Whether the status carries a reason of ours already. */
  public static boolean isListed(Status status, @Nullable Metadata trailers) {
    return StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList().stream()
        .anyMatch(detail -> detail.is(ErrorInfo.class));
  }

  private static boolean isOfCaller(Status.Code code) {
    return code == Status.Code.CANCELLED || code == Status.Code.DEADLINE_EXCEEDED;
  }

  /** A call that closes with listed errors only, and once. */
  private static final class ListedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AtomicBoolean closed = new AtomicBoolean();

    ListedCall(ServerCall<Q, R> call) {
      super(call);
    }

    void fail(RuntimeException failure) {
      StatusRuntimeException error = listed(failure, method());
      closeOnce(error.getStatus(), error.getTrailers());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (status.isOk() || isListed(status, trailers)) {
        closeOnce(status, trailers);
        return;
      }
      StatusRuntimeException error = listed(status.asRuntimeException(trailers), method());
      Metadata merged = new Metadata();
      merged.merge(trailers);
      if (error.getTrailers() != null) {
        merged.merge(error.getTrailers());
      }
      closeOnce(error.getStatus(), merged);
    }

    private void closeOnce(Status status, @Nullable Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        super.close(status, trailers == null ? new Metadata() : trailers);
      }
    }

    private String method() {
      return getMethodDescriptor().getFullMethodName();
    }
  }

  /** A listener whose failures end the call with a listed error. */
  private static final class GuardedListener<Q, R> extends SimpleForwardingServerCallListener<Q> {
    private final ListedCall<Q, R> call;

    GuardedListener(ServerCall.Listener<Q> delegate, ListedCall<Q, R> call) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      guarded(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guarded(super::onHalfClose);
    }

    @Override
    public void onCancel() {
      guarded(super::onCancel);
    }

    @Override
    public void onComplete() {
      guarded(super::onComplete);
    }

    @Override
    public void onReady() {
      guarded(super::onReady);
    }

    private void guarded(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException failure) {
        call.fail(failure);
      }
    }
  }
}
