package dev.serin.server.outcome.aggregate;

/** Bytes that are no delta: damaged, cut off, or of a version this server does not know. */
public final class UnreadableDeltaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableDeltaException(String message) {
    super(message);
  }

  UnreadableDeltaException(String message, Throwable cause) {
    super(message, cause);
  }
}
