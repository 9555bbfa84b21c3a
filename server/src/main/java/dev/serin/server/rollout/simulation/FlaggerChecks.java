package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import java.util.OptionalDouble;

/**
 * Flagger's failed checks (pkg/controller/scheduler.go): they are counted in all, a check without
 * values fails, a check that fails advances nothing, and the rollback comes with the check after
 * the one that reached the threshold.
 */
final class FlaggerChecks implements SimulatedJudge {
  private final FirstMetric metric;
  private final IntervalFigure figure;
  private final double range;
  private final int threshold;
  private final int intervalSeconds;
  private int failed;

  /**
   * Nothing checked yet.
   *
   * @param range end of the metric's range on its bad side
   * @param threshold failed checks that roll back
   */
  FlaggerChecks(FirstMetric metric, double range, int threshold, int intervalSeconds) {
    this.metric = metric;
    this.figure = new IntervalFigure(metric);
    this.range = range;
    this.threshold = threshold;
    this.intervalSeconds = intervalSeconds;
  }

  @Override
  public Verdict judge(Look look) {
    if (look.second() % intervalSeconds != 0) {
      return says(Action.GO_ON);
    }
    if (failed >= threshold) {
      return says(Action.ROLL_BACK);
    }
    OptionalDouble measured = figure.next(look);
    boolean fails = measured.isEmpty() || metric.isWorse(measured.getAsDouble(), range);
    failed += fails ? 1 : 0;
    return says(fails ? Action.GO_ON : Action.PROMOTE);
  }

  private Verdict says(Action action) {
    return new Verdict(action, "", failed + " checks failed (threshold " + threshold + ")", "");
  }
}
