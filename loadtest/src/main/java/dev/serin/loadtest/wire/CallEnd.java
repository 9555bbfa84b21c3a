package dev.serin.loadtest.wire;

import org.jspecify.annotations.Nullable;

/** How a call ended: a gRPC status, or that none was received. */
public enum CallEnd {
  /** Status 0 and a message. */
  OK(0),
  /** Status 0 without a message. */
  EMPTY(-1),
  /** Status 1. */
  CANCELLED(1),
  /** Status 2. */
  UNKNOWN(2),
  /** Status 3. */
  INVALID_ARGUMENT(3),
  /** Status 4. */
  DEADLINE_EXCEEDED(4),
  /** Status 5. */
  NOT_FOUND(5),
  /** Status 6. */
  ALREADY_EXISTS(6),
  /** Status 7. */
  PERMISSION_DENIED(7),
  /** Status 8. */
  RESOURCE_EXHAUSTED(8),
  /** Status 9. */
  FAILED_PRECONDITION(9),
  /** Status 10. */
  ABORTED(10),
  /** Status 11. */
  OUT_OF_RANGE(11),
  /** Status 12. */
  UNIMPLEMENTED(12),
  /** Status 13. */
  INTERNAL(13),
  /** Status 14. */
  UNAVAILABLE(14),
  /** Status 15. */
  DATA_LOSS(15),
  /** Status 16. */
  UNAUTHENTICATED(16),
  /** The stream was reset or its trailers bear no status of gRPC. */
  STREAM_BROKEN(-1),
  /** The connection went away. */
  CONNECTION_LOST(-1);

  /** What is written above for ends that no status tells. */
  private static final int NO_STATUS = -1;

  private static final int STATUSES = 17;
  private static final CallEnd[] BY_STATUS = new CallEnd[STATUSES];

  static {
    for (CallEnd end : values()) {
      if (end.status != NO_STATUS) {
        BY_STATUS[end.status] = end;
      }
    }
  }

  private final int status;

  CallEnd(int status) {
    this.status = status;
  }

  /**
   * Returns the end that trailers tell.
   *
   * @param status the trailers' grpc-status; null: absent
   * @param answered whether a message came before
   */
  static CallEnd of(@Nullable CharSequence status, boolean answered) {
    int code = code(status);
    if (code < 0) {
      return STREAM_BROKEN;
    }
    return code == 0 && !answered ? EMPTY : BY_STATUS[code];
  }

  private static int code(@Nullable CharSequence status) {
    if (status == null || status.isEmpty() || status.length() > 2) {
      return -1;
    }
    int code = 0;
    for (int i = 0; i < status.length(); i++) {
      int digit = Character.digit(status.charAt(i), 10);
      if (digit < 0) {
        return -1;
      }
      code = code * 10 + digit;
    }
    return code < BY_STATUS.length ? code : -1;
  }
}
