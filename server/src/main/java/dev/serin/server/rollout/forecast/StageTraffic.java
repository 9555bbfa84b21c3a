package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.rollout.plan.StagePlan;

/**
 * The users of a stage with a control, over time.
 *
 * @param stage the stage
 * @param usersPerSecond new users that reach the split, above 0
 */
record StageTraffic(StagePlan stage, double usersPerSecond) {
  private double share() {
    return stage.share().fraction();
  }

  /** The treatment's share of both arms: above one half the control is all the others. */
  double treatmentOfPair() {
    return Math.max(0.5, share());
  }

  double dwellSeconds() {
    return stage.dwell().toNanos() / 1e9;
  }

  /** Users of two arms of the smaller one's size by the end of the dwell, 1 or more. */
  long planned() {
    return Math.max(1, Math.round(usersOfSmallPair() * dwellSeconds()));
  }

  private double usersOfSmallPair() {
    return usersPerSecond * 2 * Math.min(share(), 1 - share());
  }

  /** What comes to a decision by users of both arms, as events do, over seconds. */
  Passage ofPair(Passage users) {
    double second = usersPerSecond * (share() > 0.5 ? 1 : 2 * share());
    return time -> users.by(time * second);
  }

  /** What comes to a decision by users of two arms of the smaller one's size, as means do. */
  Passage ofSmallPair(Passage users) {
    double second = usersOfSmallPair();
    return time -> users.by(time * second);
  }
}
