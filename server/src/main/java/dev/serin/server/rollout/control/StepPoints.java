package dev.serin.server.rollout.control;

/** The steps of a controller, told as one thing: that it came to a point. */
public interface StepPoints extends ControllerSteps {
  /** Where it came to: the methods of {@link ControllerSteps}. */
  enum Point {
    LEASED,
    READ,
    DECIDED,
    WITHIN,
    COMMITTED,
    ACTED,
    KEEPING
  }

  /** It is there. */
  void pass(Point point);

  @Override
  default void leased() {
    pass(Point.LEASED);
  }

  @Override
  default void read(String run) {
    pass(Point.READ);
  }

  @Override
  default void decided(String run) {
    pass(Point.DECIDED);
  }

  @Override
  default void within(String run) {
    pass(Point.WITHIN);
  }

  @Override
  default void committed(String run) {
    pass(Point.COMMITTED);
  }

  @Override
  default void acted(String run) {
    pass(Point.ACTED);
  }

  @Override
  default void keeping() {
    pass(Point.KEEPING);
  }
}
