package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;
import java.util.OptionalDouble;

/**
 * Argo Rollouts' analysis of a metric (analysis/analysis.go): a measurement fails where the figure
 * of the last interval is beyond a threshold, and the run is aborted when more have failed, in all,
 * than the limit says. A measurement without data is an error, asked again after 10 s; more than
 * four in a row abort too.
 */
final class ArgoAnalysis implements SimulatedJudge {
  /** DefaultConsecutiveErrorLimit. */
  private static final int ERROR_LIMIT = 4;

  /** DefaultErrorRetryInterval. */
  private static final int RETRY_SECONDS = 10;

  private final FirstMetric metric;
  private final IntervalFigure figure;
  private final double threshold;
  private final int failureLimit;
  private final int intervalSeconds;
  private long due;
  private int failures;
  private int errorsInARow;

  ArgoAnalysis(FirstMetric metric, double threshold, int failureLimit, int intervalSeconds) {
    this.metric = metric;
    this.figure = new IntervalFigure(metric);
    this.threshold = threshold;
    this.failureLimit = failureLimit;
    this.intervalSeconds = intervalSeconds;
    this.due = intervalSeconds;
  }

  @Override
  public Verdict judge(Look look) {
    if (look.second() >= due) {
      measure(look);
    }
    return Peers.verdict(
        failures > failureLimit || errorsInARow > ERROR_LIMIT,
        failures
            + " measurements failed (limit "
            + failureLimit
            + "), "
            + errorsInARow
            + " in a row without data (limit "
            + ERROR_LIMIT
            + ")");
  }

  private void measure(Look look) {
    OptionalDouble measured = figure.next(look);
    boolean error = measured.isEmpty();
    errorsInARow = error ? errorsInARow + 1 : 0;
    failures += metric.isWorse(measured.orElse(threshold), threshold) ? 1 : 0;
    due = look.second() + (error ? RETRY_SECONDS : intervalSeconds);
  }
}
