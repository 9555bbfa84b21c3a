package dev.serin.server.analysis.count;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * S, the process of one stage: a mixture over the times at which a regression may begin, half on
 * the stage's start, half on restarts every {@link #INTERVAL} of the planned stage.
 *
 * <p>E = E(x, n)/2 + Σ over j of w_j E_j, where E_j is 1 until restart j is taken at (x_j, n_j) and
 * E(x - x_j, n - n_j) afterwards: a convex combination of e-processes. So good minutes at the start
 * do not dilute a regression that begins later. It counts users with the event in the stage and is
 * never multiplied with another process: a user may be in several stages.
 *
 * <p>A restart is good at what begins soon after it, so only the newest {@link #MAX_LIVE} with
 * counts of their own go on: an hour of them, or more where the event is rare. When another one is
 * taken, the oldest is stopped: its E stays what it was. When that happens is told by the clock and
 * by the counts so far, never by what comes: E stopped at a stopping time is an e-process, and the
 * combination stays convex, as a stopped one keeps its weight. So a stage of any length has its
 * restarts as close, at the cost of an hour; of a stage of h hours each has 1/h of the weight of
 * those of one hour, which takes ln h more evidence.
 *
 * <p>Where the sets of users begin anew (thinning), all that goes on is stopped for the users of
 * before and continued over those that are first seen afterwards, whom nobody has counted yet: E_j
 * so far times E of the new counts, which are the same for all of them. So they become one.
 *
 * <p>This value is what has to be kept: marks are written down when they are taken, so that another
 * controller goes on with the same process. A restart that nobody was there to take is taken late;
 * that is a later start and nothing worse.
 *
 * @param restarts how many are planned in the period, 0 or more
 * @param taken of them
 * @param weight of each restart of the period
 * @param logStart log of what the process from the start is multiplied by: its weight, and where
 *     sets began anew what it and all restarts before had shown
 * @param reserve weight of restarts to come, of this period and others
 * @param logStopped log of the weighted sum of restarts that were stopped; negative infinity: none
 * @param marks restarts that go on, in order; at most {@link #MAX_LIVE}
 */
public record StageProcess(
    int restarts,
    int taken,
    double weight,
    double logStart,
    double reserve,
    double logStopped,
    List<Mark> marks) {
  /** Time between restarts. */
  public static final Duration INTERVAL = Duration.ofSeconds(30);

  /**
   * Most restarts with different counts that go on: each costs an e-value, of two mixtures, at
   * every tick that finds counts changed.
   */
  public static final int MAX_LIVE = 120;

  /** What restarts have together. */
  private static final double OF_RESTARTS = 0.5;

  /**
   * Restarts that were taken at the same counts.
   *
   * @param weight of all of them, above 0
   * @param users with the event in the stage so far
   */
  public record Mark(double weight, ArmCounts users) {
    /**
     * Checks the weight.
     *
     * @throws IllegalArgumentException where it is outside its range
     */
    public Mark {
      if (!(weight > 0 && weight <= OF_RESTARTS)) {
        throw new IllegalArgumentException(
            "weight: " + weight + " (expected: above 0, at most " + OF_RESTARTS + ")");
      }
    }
  }

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException where a number is outside its range
   */
  public StageProcess {
    marks = List.copyOf(marks);
    if (restarts < 0 || taken < 0 || taken > restarts) {
      throw new IllegalArgumentException(
          "restarts: " + taken + " of " + restarts + " (expected: 0 or more, no more than all)");
    }
    if (marks.size() > MAX_LIVE) {
      throw new IllegalArgumentException(
          "marks: " + marks.size() + " (expected: at most " + MAX_LIVE + ")");
    }
    if (!(weight >= 0 && reserve >= 0 && reserve <= OF_RESTARTS)
        || !Double.isFinite(logStart)
        || Double.isNaN(logStopped)) {
      throw new IllegalArgumentException(
          "weights: %s, %s, %s, %s (expected: parts of one)"
              .formatted(weight, logStart, reserve, logStopped));
    }
  }

  /**
   * The process of a stage that has not begun.
   *
   * @param planned its planned length (its dwell), 0 or more; fixed before the stage
   */
  public static StageProcess planned(Duration planned) {
    return begin(planned, OF_RESTARTS);
  }

  /**
   * The process of a stage that goes on when it takes longer than planned: half of the weight of
   * restarts is left for extensions, a half of that for each.
   */
  public static StageProcess extensible(Duration planned) {
    return begin(planned, OF_RESTARTS / 2);
  }

  private static StageProcess begin(Duration planned, double ofPeriod) {
    int restarts = restarts(planned);
    return restarts == 0
        ? new StageProcess(0, 0, 0, 0, 0, Double.NEGATIVE_INFINITY, List.of())
        : new StageProcess(
            restarts,
            0,
            ofPeriod / restarts,
            Math.log(OF_RESTARTS),
            OF_RESTARTS,
            Double.NEGATIVE_INFINITY,
            List.of());
  }

  private static int restarts(Duration planned) {
    return Math.toIntExact(Math.clamp(planned.dividedBy(INTERVAL), 0L, Integer.MAX_VALUE));
  }

  /**
   * The process in another period of its stage, with restarts of that; those to come of the last
   * one are given up.
   *
   * @param extension its number among the run's, from 1
   * @param planned length of the period
   */
  public StageProcess extended(int extension, Duration planned) {
    int more = restarts(planned);
    double ofPeriod = Math.min(reserve, OF_RESTARTS / 2 * AlphaShares.repeatPart(extension));
    return new StageProcess(
        more, 0, more == 0 ? 0 : ofPeriod / more, logStart, reserve, logStopped, marks);
  }

  /**
   * The process after a tick: with the marks of the restarts that are due.
   *
   * @param elapsed of the period
   * @param users with the event in the stage so far
   * @param test that it is looked at with
   * @return this, where nothing is due
   */
  public StageProcess at(Duration elapsed, ArmCounts users, RateTest test) {
    int due = Math.min(restarts, restarts(elapsed));
    if (due <= taken) {
      return this;
    }
    List<Mark> live = new ArrayList<>(marks);
    double begun = Math.min(reserve, (due - taken) * weight);
    double stopped = logStopped;
    if (begun > 0) {
      boolean isSame = !live.isEmpty() && live.getLast().users().equals(users);
      double before = isSame ? live.removeLast().weight() : 0;
      // Sums of what is begun may pass the whole by a rounding.
      live.add(new Mark(Math.min(OF_RESTARTS, before + begun), users));
      if (live.size() > MAX_LIVE) {
        stopped = LogSum.of(stopped, logE(live.removeFirst(), users, test));
      }
    }
    return new StageProcess(restarts, due, weight, logStart, reserve - begun, stopped, live);
  }

  private static double logE(Mark mark, ArmCounts users, RateTest test) {
    return Math.log(mark.weight()) + test.logE(users.since(mark.users()));
  }

  /**
   * The process where sets of users begin anew.
   *
   * @param last counts of before
   * @param test that it was looked at with
   */
  public StageProcess renewed(ArmCounts last, RateTest test) {
    return new StageProcess(
        restarts, taken, weight, logLive(last, test), reserve, logStopped, List.of());
  }

  /** Log of what goes on: the process from the start, and from the restarts taken. */
  private double logLive(ArmCounts users, RateTest test) {
    double sum = logStart + test.logE(users);
    for (Mark mark : marks) {
      sum = LogSum.of(sum, logE(mark, users, test));
    }
    return sum;
  }

  /**
   * The log e-value at these counts. It takes two e-values for each mark: compute it when counts
   * have changed.
   *
   * @param test of the stage's share and the metric's margin
   * @param users with the event in the stage so far
   */
  public double logE(RateTest test, ArmCounts users) {
    return LogSum.of(LogSum.of(logLive(users, test), Math.log(reserve)), logStopped);
  }
}
