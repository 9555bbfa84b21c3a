package dev.serin.server.error;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An error as gRPC carries it: status code, message and {@code google.rpc} details.
 *
 * <p>Status and details travel as HTTP/2 trailers, which clients take up to 8 KiB by default. The
 * message is sent twice and percent-encoded once, the details in Base64; the limits below keep the
 * worst case under it. Violations that find no room are counted in the last one.
 */
public final class ErrorStatus {
  /** The domain of every {@code ErrorInfo}. */
  public static final String DOMAIN = "serin.dev";

  /** Bytes of UTF-8 of a message, at most a third of what its percent-encoding may take. */
  static final int MAX_MESSAGE_BYTES = 800;

  /** Bytes of UTF-8 of one violation's field and of its description. */
  static final int MAX_TEXT_BYTES = 400;

  /** Bytes of all violations together; the rest of the details takes up to 1 KiB. */
  static final int MAX_VIOLATIONS_BYTES = 2_000;

  private ErrorStatus() {}

  /** The exception that ends a call with this error. */
  public static StatusRuntimeException of(ApiException error) {
    StatusRuntimeException exception = StatusProto.toStatusRuntimeException(proto(error));
    return error.getCause() == null
        ? exception
        : exception
            .getStatus()
            .withCause(error.getCause())
            .asRuntimeException(exception.getTrailers());
  }

  /** The error as {@code grpc-status-details-bin} carries it. */
  public static Status proto(ApiException error) {
    String message = error.getMessage();
    Status.Builder status =
        Status.newBuilder()
            .setCode(Code.forNumber(error.reason().code().value()).getNumber())
            .setMessage(cut(message == null ? "" : message, MAX_MESSAGE_BYTES))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(error.reason().name())
                        .putAllMetadata(error.metadata())
                        .build()));
    if (!error.violations().isEmpty()) {
      status.addDetails(Any.pack(badRequest(error.violations())));
    }
    if (error.retryAfter() != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(Durations.fromMillis(error.retryAfter().toMillis()))
                  .build()));
    }
    return status.build();
  }

  private static BadRequest badRequest(List<FieldViolation> violations) {
    BadRequest.Builder request = BadRequest.newBuilder();
    int bytes = 0;
    for (FieldViolation violation : violations) {
      BadRequest.FieldViolation shown =
          BadRequest.FieldViolation.newBuilder()
              .setField(cut(violation.path(), MAX_TEXT_BYTES))
              .setDescription(cut(violation.description(), MAX_TEXT_BYTES))
              .build();
      bytes += shown.getSerializedSize();
      if (bytes > MAX_VIOLATIONS_BYTES) {
        int left = violations.size() - request.getFieldViolationsCount();
        return request
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setDescription("and " + left + " more (ValidateDocuments lists all)"))
            .build();
      }
      request.addFieldViolations(shown);
    }
    return request.build();
  }

  /** The text, cut between code points to at most that many bytes of UTF-8. */
  static String cut(String text, int maxBytes) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= maxBytes) {
      return text;
    }
    int end = maxBytes - "…".getBytes(StandardCharsets.UTF_8).length;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8) + "…";
  }
}
