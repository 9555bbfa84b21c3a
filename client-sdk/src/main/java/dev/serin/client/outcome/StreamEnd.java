package dev.serin.client.outcome;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a stream ended.
 *
 * @param kind what has to be done
 * @param retryNanos wait that the server asked for; 0: none
 * @param expectedSequence of a gap; 0: unknown
 * @param text for people
 */
record StreamEnd(Kind kind, long retryNanos, long expectedSequence, String text) {
  /** No server asks for more; a wrong number must not stop a reporter for good. */
  private static final long MAX_RETRY_SECONDS = 600;

  enum Kind {
    /** As it should, after its last acknowledgement. */
    OK,
    /** Open again. */
    AWAY,
    /** Open again, but state no watermark: it was refused, as where a clock is ahead. */
    WATERMARK,
    /** Something before the first sequence is missing. */
    GAP,
    /** The server does not know the session any more. */
    EXPIRED,
    /** Somebody else has the session. */
    FENCED
  }

  static StreamEnd of(Status status, Metadata trailers) {
    if (status.isOk()) {
      return new StreamEnd(Kind.OK, 0, 0, "OK");
    }
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    ErrorInfo info = part(details, ErrorInfo.class).orElse(ErrorInfo.getDefaultInstance());
    long retryNanos =
        part(details, RetryInfo.class).map(retry -> nanos(retry.getRetryDelay())).orElse(0L);
    return new StreamEnd(
        kindOf(details, info.getReason()),
        retryNanos,
        expectedIn(info.getMetadataMap()),
        text(status));
  }

  /** One that this side gave up. */
  static StreamEnd givenUp(String text) {
    return new StreamEnd(Kind.AWAY, 0, 0, text);
  }

  private static Kind kindOf(com.google.rpc.Status details, String reason) {
    return switch (reason) {
      case "PRODUCER_FENCED" -> Kind.FENCED;
      case "SESSION_EXPIRED" -> Kind.EXPIRED;
      case "SEQUENCE_GAP" -> Kind.GAP;
      case "INVALID_REQUEST" -> isAboutWatermark(details) ? Kind.WATERMARK : Kind.AWAY;
      default -> Kind.AWAY;
    };
  }

  /** Other requests are invalid for reasons that pass: a message that took too long to arrive. */
  private static boolean isAboutWatermark(com.google.rpc.Status details) {
    return part(details, BadRequest.class)
        .map(BadRequest::getFieldViolationsList)
        .orElse(List.of())
        .stream()
        .anyMatch(violation -> violation.getField().equals("watermark"));
  }

  private static long nanos(Duration delay) {
    long seconds = Math.max(0, Math.min(delay.getSeconds(), MAX_RETRY_SECONDS));
    return TimeUnit.SECONDS.toNanos(seconds) + Math.max(0, delay.getNanos());
  }

  private static long expectedIn(Map<String, String> metadata) {
    try {
      return Long.parseLong(metadata.getOrDefault("expected_sequence", "0"));
    } catch (NumberFormatException unreadable) {
      return 0;
    }
  }

  private static String text(Status status) {
    String description = status.getDescription();
    Throwable cause = status.getCause();
    return status.getCode()
        + (description == null ? "" : ": " + description)
        + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
  }

  private static <M extends Message> Optional<M> part(
      com.google.rpc.Status details, Class<M> type) {
    for (Any part : details.getDetailsList()) {
      if (part.is(type)) {
        try {
          return Optional.of(part.unpack(type));
        } catch (InvalidProtocolBufferException unreadable) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
