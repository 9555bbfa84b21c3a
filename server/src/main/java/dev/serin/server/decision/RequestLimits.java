package dev.serin.server.decision;

/** What a request for a decision may hold; {@code proto/ERRORS.md} is the callers' side. */
public final class RequestLimits {
  /** Bytes of a request: thousands of times what decides need, small enough for an event loop. */
  public static final int REQUEST_BYTES_MAX = 64 * 1024;

  /** Bytes of UTF-8 of a user key. */
  static final int USER_KEY_BYTES_MAX = 1_024;

  /** Attributes of a request. */
  static final int ATTRIBUTES_MAX = 256;

  /** Features of a page of EvaluateAll. */
  static final int PAGE_MAX = 1_000;

  /**
   * Bytes at which a page ends early: gRPC clients take messages of 4 MiB unless told otherwise.
   */
  static final int PAGE_BYTES_MAX = 3 << 20;

  /** The namespace of a request that names none. */
  static final String DEFAULT_NAMESPACE = "default";

  /** The attribute that is a field of its own. */
  static final String USER_KEY = "user_key";

  private RequestLimits() {}
}
