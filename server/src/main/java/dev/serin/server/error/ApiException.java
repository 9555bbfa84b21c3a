package dev.serin.server.error;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer other than success: made by {@link ApiErrors}, thrown anywhere in the server, turned
 * into a gRPC status in one place ({@link ErrorInterceptor}).
 *
 * <p>It carries no stack trace of its own: it says what the caller can mend. A fault that led to it
 * is its cause.
 */
public final class ApiException extends RuntimeException {
  private final ErrorReason reason;
  private final transient List<FieldViolation> violations;
  private final transient Map<String, String> metadata;
  private final transient @Nullable Duration retryAfter;

  ApiException(
      ErrorReason reason,
      String message,
      List<FieldViolation> violations,
      Map<String, String> metadata,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.reason = reason;
    this.violations = List.copyOf(violations);
    this.metadata = Map.copyOf(metadata);
    this.retryAfter = retryAfter;
  }

  /** What went wrong. */
  public ErrorReason reason() {
    return reason;
  }

  /** Every violation, in the order it was found; empty where no field is to blame. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /** Names and values a program may want ({@code namespace}, {@code revision}). */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** After how long a retry may help; null: a retry alone does not help. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
