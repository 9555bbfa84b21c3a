package dev.serin.server.rollout.control;

/**
 * The points between the steps of a controller at which a process may die, or something else may
 * come between. Of tests; a server has {@link #NONE} unless it is started to die. Called by the
 * controller's thread.
 */
public interface ControllerSteps {
  /** Nothing happens in between. */
  ControllerSteps NONE = new ControllerSteps() {};

  /** The lease is proven, nothing is read yet. */
  default void leased() {}

  /**
   * A run's state is read, nothing is decided.
   *
   * @param run id of the run
   */
  default void read(String run) {}

  /**
   * A move is decided, nothing is written.
   *
   * @param run id of the run
   */
  default void decided(String run) {}

  /**
   * In the transaction: what is served is written, the move is not.
   *
   * @param run id of the run
   */
  default void within(String run) {}

  /**
   * The move is committed, the controller does not know it.
   *
   * @param run id of the run
   */
  default void committed(String run) {}

  /**
   * It knows it, and nothing followed yet.
   *
   * @param run id of the run
   */
  default void acted(String run) {}

  /** All runs are decided, and what looks left is not kept yet. */
  default void keeping() {}
}
