package dev.serin.server;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What a caller reads from a refused call.
 *
 * @param code the status
 * @param text the status' text
 * @param reason reason of {@code ErrorInfo}; empty: it has none
 * @param metadata its metadata
 * @param retry whether it says when to try again
 */
public record GrpcError(
    Status.Code code, String text, String reason, Map<String, String> metadata, boolean retry) {

  /** Copies the metadata. */
  public GrpcError {
    metadata = Map.copyOf(metadata);
  }

  /** What a call is refused with; fails where it is answered. */
  public static GrpcError of(ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    if (error == null) {
      throw new AssertionError("answered (expected: a refusal)");
    }
    return of(error);
  }

  /** What a call ended with. */
  public static GrpcError of(StatusRuntimeException error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    List<Any> details = status == null ? List.of() : status.getDetailsList();
    ErrorInfo info = ErrorInfo.getDefaultInstance();
    for (Any detail : details) {
      if (detail.is(ErrorInfo.class)) {
        try {
          info = detail.unpack(ErrorInfo.class);
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return new GrpcError(
        error.getStatus().getCode(),
        String.valueOf(error.getStatus().getDescription()),
        info.getReason(),
        info.getMetadataMap(),
        details.stream().anyMatch(detail -> detail.is(RetryInfo.class)));
  }
}
