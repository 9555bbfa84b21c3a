package dev.serin.server.analysis.count;

import dev.serin.server.analysis.count.Mended.Mark;
import java.util.List;

/**
 * Tells of one arm whether those who came last show that an outage is over.
 *
 * <p>An event may come a minute after the exposure, so that users of the last minute look well in
 * the midst of an outage. That they are good is asked of those only who came before the newest
 * marks; that they are not, of all.
 */
final class Recovery {
  /** Whole intervals whose users have had no time to fail, besides the one that goes on. */
  private static final int UNRIPE = 2;

  private static final double TOLD = Math.log(CircuitBreaker.TOLD);

  private final double limit;
  private final RateTest above;
  private final RateTest below;

  /** Of a limit. */
  Recovery(double limit) {
    this.limit = limit;
    this.above = RateTest.above(limit);
    this.below = RateTest.below(limit);
  }

  /**
   * Up to which mark it is over; none: it is not, or nothing is shown.
   *
   * @param known what earlier looks showed, which holds until users after that mark show otherwise
   * @param since users of the arm, here the treatment, since the newest marks, in order
   */
  Mark after(Mark known, List<Since> since) {
    int ripe = since.size() - 1 - UNRIPE;
    for (int i = since.size() - 1; i >= 0 && !since.get(i).isBefore(known); i--) {
      Since one = since.get(i);
      if (isAbove(one)) {
        return Mark.NONE;
      }
      if (i < ripe) {
        Since unripe = since.get(ripe);
        Since grown = one.until(unripe);
        if (isAbove(grown)) {
          return Mark.NONE;
        }
        // Where an outage has just begun, those of before are no sign that it is over.
        boolean begins = unripe.withEvent().treatment() > limit * unripe.exposed().treatment();
        if (!begins && isBelow(grown)) {
          return one.mark();
        }
      }
    }
    return known;
  }

  private boolean isAbove(Since users) {
    return above.logE(users.withEvent().treatment(), users.exposed().treatment()) >= TOLD;
  }

  private boolean isBelow(Since users) {
    return below.logE(users.withEvent().treatment(), users.exposed().treatment()) >= TOLD;
  }
}
