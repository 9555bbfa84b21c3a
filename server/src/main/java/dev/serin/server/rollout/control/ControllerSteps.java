package dev.serin.server.rollout.control;

/**
 * The points between the steps of a controller at which a process may die, or something else may
 * come between. Of tests; a server has {@link #NONE}.
 */
interface ControllerSteps {
  /** Nothing happens in between. */
  ControllerSteps NONE = new ControllerSteps() {};

  /** The lease is proven, nothing is read yet. */
  default void leased() {}

  /** A run's state is read, nothing is decided. */
  default void read(String run) {}

  /** A move is decided, nothing is written. */
  default void decided(String run) {}

  /** In the transaction: what is served is written, the move is not. */
  default void within(String run) {}

  /** The move is committed, the controller does not know it. */
  default void committed(String run) {}

  /** It knows it, and nothing followed yet. */
  default void acted(String run) {}

  /** All runs are decided, and what looks left is not kept yet. */
  default void keeping() {}
}
