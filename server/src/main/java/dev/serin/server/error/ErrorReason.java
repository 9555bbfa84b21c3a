package dev.serin.server.error;

import io.grpc.Status;

/**
 * The stable names of everything that can go wrong for a caller.
 *
 * <p>A reason is sent as {@code google.rpc.ErrorInfo.reason} and is never renamed. {@code
 * proto/ERRORS.md} says of each what it means and how to mend it; a test holds the two together.
 */
public enum ErrorReason {
  /** A field of the request is missing or out of range. */
  INVALID_REQUEST(Status.Code.INVALID_ARGUMENT),
  /** A document breaks a rule. */
  INVALID_DOCUMENT(Status.Code.INVALID_ARGUMENT),
  /** The feature's values are not of the type the caller expects. */
  TYPE_MISMATCH(Status.Code.INVALID_ARGUMENT),
  /** The request's id was used for another command. */
  REQUEST_ID_REUSED(Status.Code.INVALID_ARGUMENT),
  /** The page token is not one this call gave out. */
  PAGE_TOKEN_INVALID(Status.Code.INVALID_ARGUMENT),
  /** No such namespace. */
  NAMESPACE_NOT_FOUND(Status.Code.NOT_FOUND),
  /** No such feature in the namespace. */
  FEATURE_NOT_FOUND(Status.Code.NOT_FOUND),
  /** No such document in the namespace. */
  DOCUMENT_NOT_FOUND(Status.Code.NOT_FOUND),
  /** The namespace never had this revision. */
  REVISION_NOT_FOUND(Status.Code.NOT_FOUND),
  /** No such run, or nothing was counted of it. */
  RUN_NOT_FOUND(Status.Code.NOT_FOUND),
  /** No such metric among those that apply to the feature. */
  METRIC_NOT_FOUND(Status.Code.NOT_FOUND),
  /** The store knows nothing of the session any more. */
  SESSION_EXPIRED(Status.Code.NOT_FOUND),
  /** Outcomes between the last one and this are missing. */
  SEQUENCE_GAP(Status.Code.OUT_OF_RANGE),
  /** A namespace of this name exists. */
  NAMESPACE_EXISTS(Status.Code.ALREADY_EXISTS),
  /** Other documents refer to the document. */
  DOCUMENT_IN_USE(Status.Code.FAILED_PRECONDITION),
  /** The namespace holds documents. */
  NAMESPACE_NOT_EMPTY(Status.Code.FAILED_PRECONDITION),
  /** An active rollout depends on what would change. */
  ROLLOUT_ACTIVE(Status.Code.FAILED_PRECONDITION),
  /** The run's state does not allow the command. */
  RUN_STATE(Status.Code.FAILED_PRECONDITION),
  /** This version of the server cannot read the run. */
  RUN_UNREADABLE(Status.Code.FAILED_PRECONDITION),
  /** The feature is archived. */
  FEATURE_ARCHIVED(Status.Code.FAILED_PRECONDITION),
  /** Somebody else has opened the session since. */
  PRODUCER_FENCED(Status.Code.FAILED_PRECONDITION),
  /** Somebody else changed it first. */
  REVISION_CONFLICT(Status.Code.ABORTED),
  /** The run has another version than the caller expected. */
  RUN_VERSION_CONFLICT(Status.Code.ABORTED),
  /** The revision a page belongs to is no longer held. */
  REVISION_GONE(Status.Code.ABORTED),
  /** The request is larger than its limit. */
  REQUEST_TOO_LARGE(Status.Code.RESOURCE_EXHAUSTED),
  /** More calls at once than the server takes. */
  OVERLOADED(Status.Code.RESOURCE_EXHAUSTED),
  /** A reader of an export was slower than what became durable. */
  EXPORT_TOO_SLOW(Status.Code.RESOURCE_EXHAUSTED),
  /** The store's disk is full. */
  STORE_FULL(Status.Code.RESOURCE_EXHAUSTED),
  /** The store cannot be reached. */
  STORE_UNAVAILABLE(Status.Code.UNAVAILABLE),
  /** The store was lost while a change was committed. */
  CHANGE_UNCERTAIN(Status.Code.UNAVAILABLE),
  /** The server has not loaded its namespaces yet, or what was counted before its start. */
  NOT_READY(Status.Code.UNAVAILABLE),
  /** The server is stopping. */
  SHUTTING_DOWN(Status.Code.UNAVAILABLE),
  /** The call or the kind of document is not built yet. */
  NOT_BUILT(Status.Code.UNIMPLEMENTED),
  /** A fault of the server. */
  INTERNAL(Status.Code.INTERNAL);

  private final Status.Code code;

  ErrorReason(Status.Code code) {
    this.code = code;
  }

  /** The gRPC status code that goes with the reason. */
  public Status.Code code() {
    return code;
  }
}
