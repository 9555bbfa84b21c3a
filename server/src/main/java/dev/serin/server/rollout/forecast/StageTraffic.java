package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.mean.MeanTest;
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

  private double usersOfSmallPair() {
    return usersPerSecond * 2 * Math.min(share(), 1 - share());
  }

  private double usersOfPair() {
    return usersPerSecond * (share() > 0.5 ? 1 : 2 * share());
  }

  /** What comes to a decision by users of both arms, as events do, over seconds. */
  Passage ofPair(Passage users) {
    double second = usersOfPair();
    return time -> users.by(time * second);
  }

  /** What comes to a decision by users of two arms of the smaller one's size, as means do. */
  Passage ofSmallPair(Passage users) {
    double second = usersOfSmallPair();
    // Nobody trusts the means of fewer.
    double fewest = 2.0 * MeanTest.MIN_USERS;
    return time -> time * second < fewest ? 0 : users.by(time * second);
  }

  /** Seconds until so many users of two arms of the smaller one's size are there. */
  double secondsOfSmallPair(double users) {
    return users / usersOfSmallPair();
  }

  /** Seconds until so many users of both arms are there. */
  double secondsOfPair(double users) {
    return users / usersOfPair();
  }
}
