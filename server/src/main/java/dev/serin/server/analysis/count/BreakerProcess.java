package dev.serin.server.analysis.count;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The process of a circuit breaker's treatment in one stage: a mixture over the times at which an
 * outage may begin, half on the stage's start, the rest on restarts every {@link
 * StageProcess#INTERVAL}, half of it on those of the planned period, half of what is left on those
 * of each extension.
 *
 * <p>E = E(x, n)/2 + Σ over j of w_j E_j, where E_j is 1 until mark j is drawn, and then of the
 * users who were first exposed since: x_j of the n_j had the event. Differences of x and n would
 * not do: a user who was exposed before the mark may have the event after it, and would be a hit
 * without a trial. Each E_j is an e-process where each user has the event with a probability of at
 * most the limit, and so is their convex combination. Good hours do not dilute it: an outage is
 * found by those who come then.
 *
 * <p>Who draws marks keeps sets of users for the newest only, and none of them where it begins
 * anew. Restarts whose users are not told any more are stopped: their E stays what it last was,
 * which is an e-process still, as that is decided by the clock and never by what comes.
 *
 * @param logStart log of what the process from the start is multiplied by, as in {@link
 *     StageProcess}
 * @param reserve weight of restarts to come
 * @param logStopped log of the weighted sum of those that were stopped; negative infinity: none
 * @param extension period of the newest mark ever drawn
 * @param number of that mark; 0: none was
 * @param live those that go on, in order
 */
public record BreakerProcess(
    double logStart,
    double reserve,
    double logStopped,
    int extension,
    int number,
    List<Live> live) {
  private static final double OF_RESTARTS = 0.5;

  /**
   * A restart that goes on.
   *
   * @param extension period in which its mark was drawn
   * @param number of the mark
   * @param weight in the mixture, above 0
   * @param logE at the last look
   */
  public record Live(int extension, int number, double weight, double logE) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException where one is outside its range
     */
    public Live {
      if (extension < 0 || number < 1 || !(weight > 0 && weight <= OF_RESTARTS)) {
        throw new IllegalArgumentException(
            "restart: %s, %s of weight %s (expected: from 0, from 1, a part of %s)"
                .formatted(extension, number, weight, OF_RESTARTS));
      }
      if (Double.isNaN(logE)) {
        throw new IllegalArgumentException("logE: NaN (expected: a number)");
      }
    }

    private double weighted() {
      return Math.log(weight) + logE;
    }
  }

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException where a number is outside its range
   */
  public BreakerProcess {
    live = List.copyOf(live);
    if (!Double.isFinite(logStart)
        || !(reserve >= 0 && reserve <= OF_RESTARTS)
        || Double.isNaN(logStopped)) {
      throw new IllegalArgumentException(
          "weights: %s, %s, %s (expected: parts of one)".formatted(logStart, reserve, logStopped));
    }
    if (extension < 0 || number < 0) {
      throw new IllegalArgumentException(
          "mark: " + extension + ", " + number + " (expected: from 0, from 0)");
    }
  }

  /** The process of a stage that begins. */
  public static BreakerProcess begin() {
    return new BreakerProcess(
        Math.log(1 - OF_RESTARTS), OF_RESTARTS, Double.NEGATIVE_INFINITY, 0, 0, List.of());
  }

  /**
   * The process after a tick.
   *
   * @param since users of each mark that is still told, in order
   * @param period the period that marks are drawn in now: their number among the run's
   * @param planned its length
   */
  public BreakerProcess at(
      CircuitBreaker breaker, List<Since> since, int period, Duration planned) {
    if (since.isEmpty() && live.isEmpty()) {
      return this;
    }
    double left = reserve;
    double stopped = logStopped;
    int newest = extension;
    int newestNumber = number;
    List<Live> next = new ArrayList<>();
    int at = 0;
    for (Since one : since) {
      while (at < live.size() && one.isAfter(live.get(at).extension(), live.get(at).number())) {
        stopped = LogSum.of(stopped, live.get(at++).weighted());
      }
      double weight;
      if (at < live.size() && isOf(live.get(at), one)) {
        weight = live.get(at++).weight();
      } else if (one.isAfter(newest, newestNumber)) {
        weight = Math.min(left, weight(one, period, planned));
        left -= weight;
        newest = one.extension();
        newestNumber = one.number();
      } else {
        weight = 0;
      }
      if (weight > 0) {
        double logE = breaker.logE(one.withEvent(), one.exposed());
        next.add(new Live(one.extension(), one.number(), weight, logE));
      }
    }
    for (; at < live.size(); at++) {
      stopped = LogSum.of(stopped, live.get(at).weighted());
    }
    return new BreakerProcess(logStart, left, stopped, newest, newestNumber, next);
  }

  private static boolean isOf(Live known, Since told) {
    return known.extension() == told.extension() && known.number() == told.number();
  }

  /** The weight of a mark that is drawn: of those beyond the period's planned length none. */
  private static double weight(Since mark, int period, Duration planned) {
    long restarts = planned.dividedBy(StageProcess.INTERVAL);
    if (mark.extension() != period || mark.number() > restarts) {
      return 0;
    }
    double ofPeriod = OF_RESTARTS / 2 * (period == 0 ? 1 : AlphaShares.repeatPart(period));
    return ofPeriod / restarts;
  }

  /**
   * The process where sets of users begin anew: all restarts are stopped, the start's goes on over
   * users who are first seen afterwards.
   *
   * @param logFromStart log e-value of those of before, from the stage's start
   */
  public BreakerProcess renewed(double logFromStart) {
    double stopped = logStopped;
    for (Live one : live) {
      stopped = LogSum.of(stopped, one.weighted());
    }
    return new BreakerProcess(
        logStart + logFromStart, reserve, stopped, extension, number, List.of());
  }

  /**
   * The log e-value.
   *
   * @param logFromStart log e-value of the stage's users, since sets began anew if they did
   */
  public double logE(double logFromStart) {
    double sum = LogSum.of(logStart + logFromStart, Math.log(reserve));
    for (Live one : live) {
      sum = LogSum.of(sum, one.weighted());
    }
    return LogSum.of(sum, logStopped);
  }
}
