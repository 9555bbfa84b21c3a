package dev.serin.server.analysis.count;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * S, the process of one stage: a mixture over the times at which a regression may begin, half on
 * the stage's start, half uniform over restarts every {@link #LEAST_INTERVAL} of the planned stage
 * (a long stage has its {@link #MAX_RESTARTS} further apart).
 *
 * <p>E = E(x, n)/2 + mean over j of E_j / 2, where E_j is 1 until restart j is taken at (x_j, n_j)
 * and E(x - x_j, n - n_j) afterwards: a convex combination of e-processes. So good minutes at the
 * start do not dilute a regression that begins later. It counts users with the event in the stage
 * and is never multiplied with another process: a user may be in several stages.
 *
 * <p>This value is what has to be kept: marks are written down when they are taken, so that another
 * controller goes on with the same process. A restart that nobody was there to take is taken late;
 * that is a later start and nothing worse.
 *
 * @param interval between restarts, {@link #LEAST_INTERVAL} or more
 * @param restarts how many are planned, 0 to {@link #MAX_RESTARTS}
 * @param marks the counts at the restarts taken so far, in order; at most {@code restarts}
 */
public record StageProcess(Duration interval, int restarts, List<ArmCounts> marks) {
  /** Shortest time between restarts. */
  public static final Duration LEAST_INTERVAL = Duration.ofSeconds(30);

  /**
   * Most restarts of a stage, those of an hour: each costs an e-value, of two mixtures, at every
   * tick that finds counts changed.
   */
  public static final int MAX_RESTARTS = 120;

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException where a number is outside its range, or there are more marks
   *     than restarts
   */
  public StageProcess {
    marks = List.copyOf(marks);
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "interval: " + interval + " (expected: " + LEAST_INTERVAL + " or more)");
    }
    if (restarts < 0 || restarts > MAX_RESTARTS) {
      throw new IllegalArgumentException(
          "restarts: " + restarts + " (expected: 0 to " + MAX_RESTARTS + ")");
    }
    if (marks.size() > restarts) {
      throw new IllegalArgumentException(
          "marks: " + marks.size() + " (expected: at most " + restarts + ")");
    }
  }

  /**
   * The process of a stage that has not begun.
   *
   * @param planned its planned length (its dwell), 0 or more; fixed before the stage
   */
  public static StageProcess planned(Duration planned) {
    long restarts = planned.dividedBy(LEAST_INTERVAL);
    if (restarts > MAX_RESTARTS) {
      return new StageProcess(planned.dividedBy(MAX_RESTARTS), MAX_RESTARTS, List.of());
    }
    return new StageProcess(LEAST_INTERVAL, (int) Math.max(0, restarts), List.of());
  }

  /**
   * The process after a tick: with the marks of the restarts that are due.
   *
   * @param elapsed since the stage began
   * @param users with the event in the stage so far
   * @return this, where nothing is due
   */
  public StageProcess at(Duration elapsed, ArmCounts users) {
    long due = Math.min(restarts, Math.max(0, elapsed.dividedBy(interval)));
    if (due <= marks.size()) {
      return this;
    }
    List<ArmCounts> taken = new ArrayList<>(marks);
    while (taken.size() < due) {
      taken.add(users);
    }
    return new StageProcess(interval, restarts, taken);
  }

  /** With the arms changed over: for events that are good, where fewer are worse. */
  public StageProcess swapped() {
    return new StageProcess(interval, restarts, marks.stream().map(ArmCounts::swapped).toList());
  }

  /**
   * The log e-value at these counts. It takes two e-values for each mark that differs from the one
   * before it: compute it when counts have changed.
   *
   * @param test of the stage's share and the metric's margin
   * @param users with the event in the stage so far
   */
  public double logE(RateTest test, ArmCounts users) {
    double fromStart = test.logE(users);
    if (restarts == 0) {
      return fromStart;
    }
    // Restarts to come count 1 each; all are relative to that, so that nothing underflows.
    double sum = Math.log(restarts - marks.size());
    int i = 0;
    while (i < marks.size()) {
      int next = i + 1;
      while (next < marks.size() && marks.get(next).equals(marks.get(i))) {
        next++;
      }
      double logE = test.logE(users.since(marks.get(i)));
      double weighted = Math.log(next - i) + logE;
      sum = sum == Double.NEGATIVE_INFINITY ? weighted : LogSum.of(sum, weighted);
      i = next;
    }
    return LogSum.of(fromStart, sum - Math.log(restarts)) - Math.log(2);
  }
}
