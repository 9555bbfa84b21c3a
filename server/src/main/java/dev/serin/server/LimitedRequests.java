package dev.serin.server;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.ToIntFunction;

/**
 * The interceptor that bounds the one request of a call that is answered by a stream: it is parsed
 * on the event loop, so it is small or refused as REQUEST_TOO_LARGE before all of it has arrived.
 */
final class LimitedRequests implements ServerInterceptor {
  /** Bytes beyond a request that may arrive before its call is ended: frames, headers. */
  private static final int MARGIN_BYTES = 1_024;

  private final ToIntFunction<String> requestBytesMax;

  /**
   * An interceptor.
   *
   * @param requestBytesMax limit of a method's request, by the method's full name
   */
  LimitedRequests(ToIntFunction<String> requestBytesMax) {
    this.requestBytesMax = requestBytesMax;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType() != MethodType.SERVER_STREAMING) {
      return next.startCall(call, headers);
    }
    var limited = new Limited<>(next.startCall(call, headers), call);
    ArrivingBytes.ofCurrentCall(limited::arrived);
    return limited;
  }

  /** Passes on a request that is small enough. All on the call's event loop. */
  private final class Limited<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final String method;
    private final int limitBytes;
    private long arrivedBytes;
    private boolean refused;

    Limited(ServerCall.Listener<Q> delegate, ServerCall<Q, ?> call) {
      super(delegate);
      this.call = call;
      method = call.getMethodDescriptor().getFullMethodName();
      limitBytes = requestBytesMax.applyAsInt(method);
    }

    void arrived(long bytes) {
      arrivedBytes += bytes;
      if (arrivedBytes > limitBytes + MARGIN_BYTES) {
        refuseTooLarge();
      }
    }

    @Override
    public void onMessage(Q received) {
      if (!refused) {
        if (received instanceof InputStream stream) {
          pass(stream);
        } else {
          super.onMessage(received);
        }
      }
    }

    /** It may be larger than what arrived: compressed. */
    @SuppressWarnings("unchecked")
    private void pass(InputStream stream) {
      try (stream) {
        byte[] bytes = stream.readNBytes(limitBytes + 1);
        if (bytes.length > limitBytes) {
          refuseTooLarge();
        } else {
          super.onMessage((Q) new ByteArrayInputStream(bytes));
        }
      } catch (IOException e) {
        refuse(ApiErrors.invalidRequest("", "bytes that are no message (" + e.getMessage() + ")"));
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    private void refuseTooLarge() {
      String limit = limitBytes + " bytes";
      refuse(ApiErrors.requestTooLarge(method, "more than " + limit, limit));
    }

    private void refuse(ApiException reason) {
      if (!refused) {
        refused = true;
        StatusRuntimeException error = ErrorStatus.of(reason);
        Metadata trailers = error.getTrailers();
        call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
      }
    }
  }
}
