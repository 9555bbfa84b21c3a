package dev.serin.server.rollout.control;

/** The lease is another's: everything that was held is to be forgotten. */
final class UnheldException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnheldException() {
    super("the lease is another's", null, false, false);
  }
}
