package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import java.util.OptionalDouble;

/** The treatment's success rate since it was asked for last, in the stage. For one thread. */
final class SuccessRate {
  private final Direction better;
  private int stage;
  private long requests;
  private long events;

  /**
   * Nothing asked yet.
   *
   * @param better HIGHER where the event is the success, else it is the failure
   */
  SuccessRate(Direction better) {
    this.better = better;
  }

  /** The rate, and begins anew; empty without a request, and then it goes on. */
  OptionalDouble next(Look look) {
    if (look.stage() != stage) {
      stage = look.stage();
      requests = 0;
      events = 0;
    }
    long more = look.treatment().requests() - requests;
    if (more == 0) {
      return OptionalDouble.empty();
    }
    double happened = (double) (look.treatment().events(0) - events) / more;
    requests = look.treatment().requests();
    events = look.treatment().events(0);
    return OptionalDouble.of(better == Direction.HIGHER ? happened : 1 - happened);
  }
}
