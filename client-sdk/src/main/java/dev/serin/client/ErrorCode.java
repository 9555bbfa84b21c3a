package dev.serin.client;

/** Why a decision could not be had; OpenFeature's error codes. */
public enum ErrorCode {
  /** The server cannot be reached, is not ready, or the client is closed. */
  PROVIDER_NOT_READY,
  /** The namespace has no such feature. */
  FLAG_NOT_FOUND,
  /** The server answered something this client cannot read. */
  PARSE_ERROR,
  /** The feature's values are of another type than the caller's default. */
  TYPE_MISMATCH,
  /**
   * The attribute that is the feature's unit is missing. The value is not the caller's default: it
   * is the feature's default variant, as the server decided.
   */
  TARGETING_KEY_MISSING,
  /** The context breaks a limit: too long a user key, too many attributes, a number not finite. */
  INVALID_CONTEXT,
  /** Anything else: no answer within the deadline, an unknown namespace, an overloaded server. */
  GENERAL
}
