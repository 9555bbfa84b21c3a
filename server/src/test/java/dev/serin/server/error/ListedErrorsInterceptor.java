package dev.serin.server.error;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A client's interceptor for the chain of every end-to-end test: an error that {@code
 * proto/ERRORS.md} does not list reaches the test as UNKNOWN, and is remembered for {@link
 * #unlisted()}, which a test asserts to be empty.
 *
 * <p>It looks from the caller's side, so it also sees what the transport makes of a call.
 */
public final class ListedErrorsInterceptor implements ClientInterceptor {
  /** The caller's own doing; the page says that they carry no details. */
  private static final Set<Status.Code> OF_CALLER =
      Set.of(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);

  private final ConcurrentLinkedQueue<String> unlisted = new ConcurrentLinkedQueue<>();

  /** Errors that are on no list, with the method that gave them. */
  public List<String> unlisted() {
    return new ArrayList<>(unlisted);
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> responseListener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(responseListener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                if (isListed(status, trailers)) {
                  super.onClose(status, trailers);
                  return;
                }
                String error = method.getFullMethodName() + ": unlisted error " + status;
                unlisted.add(error);
                super.onClose(Status.UNKNOWN.withDescription(error), trailers);
              }
            },
            headers);
      }
    };
  }

  /** True: success, or one of the listed errors with its own code. */
  static boolean isListed(Status status, Metadata trailers) {
    if (status.isOk() || OF_CALLER.contains(status.getCode()) || isOfTransport(status)) {
      return true;
    }
    for (Any detail : StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo info = unpack(detail);
        for (ErrorReason reason : ErrorReason.values()) {
          if (reason.name().equals(info.getReason())) {
            return reason.code() == status.getCode() && info.getDomain().equals("serin.dev");
          }
        }
      }
    }
    return false;
  }

  /** A message far above the limit is refused by the transport before it is read; listed too. */
  private static boolean isOfTransport(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        && String.valueOf(status.getDescription()).startsWith("gRPC message exceeds maximum size");
  }

  private static ErrorInfo unpack(Any detail) {
    try {
      return detail.unpack(ErrorInfo.class);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
