package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.Judge;
import java.util.OptionalDouble;

/**
 * How much worse a treatment's events by requests can be at most, where each request is a user of
 * its own: then the exact test of users with the event is one of events by requests, and the
 * smallest margin that it shows is an upper bound, valid at every look.
 *
 * @param requestsAreUsers whether they are; else nothing is known
 * @param alpha probability of ever being too low
 */
record RequestBound(boolean requestsAreUsers, double alpha) {
  /** Share of the control's users with the event below which nobody asks. */
  private static final double RARE = 0.02;

  /** As large as any margin of a plan. */
  private static final double LARGEST_MARGIN = 10;

  private static final double PRECISION = 1e-3;

  /**
   * The bound; empty where nobody asks for it or nothing is known.
   *
   * @param users of the stage with the event
   */
  OptionalDouble worse(Look look, ArmCounts users, Direction better) {
    boolean asked =
        look.plan().promotion() != Promotion.NO_REGRESSION
            && look.dwell().compareTo(look.plan().dwell()) >= 0
            && users.control() > RARE * look.control().users();
    if (!requestsAreUsers || !asked || look.plan().share().isAll()) {
      return OptionalDouble.empty();
    }
    boolean swapped = better == Direction.HIGHER;
    double share = Judge.treatmentShare(look.plan().share());
    return smallest(swapped ? 1 - share : share, swapped ? users.swapped() : users);
  }

  private OptionalDouble smallest(double share, ArmCounts users) {
    if (!shows(share, LARGEST_MARGIN, users)) {
      return OptionalDouble.empty();
    }
    double low = 0;
    double high = LARGEST_MARGIN;
    while (high - low > PRECISION * high && high > PRECISION) {
      double middle = (low + high) / 2;
      if (shows(share, middle, users)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return OptionalDouble.of(high);
  }

  private boolean shows(double share, double margin, ArmCounts users) {
    return RateTest.nonInferiority(share, margin).logE(users) >= AlphaShares.threshold(alpha);
  }
}
