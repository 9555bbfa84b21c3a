package dev.serin.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;

/** Reads why a call failed: gRPC's status and Serin's details become OpenFeature's codes. */
final class Refusal {
  private Refusal() {}

  /**
   * The error behind a failed call.
   *
   * @param failure what gRPC threw
   * @param target the server, for messages
   * @param deadline how long the call was allowed to take, for messages
   */
  static EvaluationError of(Throwable failure, String target, Duration deadline) {
    Status status = Status.fromThrowable(failure);
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return new EvaluationError(
          ErrorCode.GENERAL,
          "no answer from " + target + " (expected: within " + deadline.toMillis() + " ms)");
    }
    com.google.rpc.Status details =
        failure instanceof StatusRuntimeException refused
            ? StatusProto.fromThrowable(refused)
            : null;
    List<Any> parts = details == null ? List.of() : details.getDetailsList();
    return new EvaluationError(codeOf(status, parts), messageOf(status, target));
  }

  /** True: no server answered, or one that is not ready to. */
  static boolean isAway(Throwable failure) {
    return Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE;
  }

  /** The reason in Serin's details; empty: there is none. */
  static String reasonOf(Throwable failure) {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    return details == null ? "" : reasonIn(details.getDetailsList());
  }

  private static ErrorCode codeOf(Status status, List<Any> details) {
    return switch (reasonIn(details)) {
      case "FEATURE_NOT_FOUND", "FEATURE_ARCHIVED" -> ErrorCode.FLAG_NOT_FOUND;
      case "TYPE_MISMATCH" -> ErrorCode.TYPE_MISMATCH;
      case "INVALID_REQUEST" ->
          isAboutContext(details) ? ErrorCode.INVALID_CONTEXT : ErrorCode.GENERAL;
      // A request is its context and two keys.
      case "REQUEST_TOO_LARGE" -> ErrorCode.INVALID_CONTEXT;
      default ->
          status.getCode() == Status.Code.UNAVAILABLE
              ? ErrorCode.PROVIDER_NOT_READY
              : ErrorCode.GENERAL;
    };
  }

  private static String messageOf(Status status, String target) {
    String description = status.getDescription();
    Throwable cause = status.getCause();
    StringBuilder message = new StringBuilder().append(target).append(": ");
    message.append(status.getCode());
    if (description != null) {
      message.append(": ").append(description);
    }
    if (cause != null && cause.getMessage() != null) {
      message.append(" (").append(cause.getMessage()).append(')');
    }
    return message.toString();
  }

  private static String reasonIn(List<Any> details) {
    for (Any part : details) {
      if (part.is(ErrorInfo.class)) {
        try {
          return part.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException unreadable) {
          return "";
        }
      }
    }
    return "";
  }

  private static boolean isAboutContext(List<Any> details) {
    for (Any part : details) {
      if (part.is(BadRequest.class)) {
        try {
          return part.unpack(BadRequest.class).getFieldViolationsList().stream()
              .map(BadRequest.FieldViolation::getField)
              .anyMatch(field -> field.startsWith("user_key") || field.startsWith("attributes"));
        } catch (InvalidProtocolBufferException unreadable) {
          return false;
        }
      }
    }
    return false;
  }
}
