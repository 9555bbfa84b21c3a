package dev.serin.server.rollout.control;

/**
 * Undoes a move that serves a treatment: the feature's kill switch was set when it was about to be
 * written. The kill switch comes first, then it is decided anew.
 */
final class KilledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KilledException() {
    super("the kill switch is set", null, false, false);
  }
}
