package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Verdict;
import java.util.OptionalDouble;

/**
 * Argo Rollouts' analysis of a success rate (analysis/analysis.go): a measurement fails where the
 * rate of the last interval is below the minimum, and the run is aborted when more have failed, in
 * all, than the limit says. A measurement without data is an error, asked again after 10 s; more
 * than four in a row abort too.
 */
final class ArgoAnalysis implements SimulatedJudge {
  /** DefaultConsecutiveErrorLimit. */
  private static final int ERROR_LIMIT = 4;

  /** DefaultErrorRetryInterval. */
  private static final int RETRY_SECONDS = 10;

  private final SuccessRate rate;
  private final double minimum;
  private final int failureLimit;
  private final int intervalSeconds;
  private long due;
  private int failures;
  private int errorsInARow;

  ArgoAnalysis(SuccessRate rate, double minimum, int failureLimit, int intervalSeconds) {
    this.rate = rate;
    this.minimum = minimum;
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
    OptionalDouble measured = rate.next(look);
    boolean error = measured.isEmpty();
    errorsInARow = error ? errorsInARow + 1 : 0;
    failures += measured.orElse(minimum) < minimum ? 1 : 0;
    due = look.second() + (error ? RETRY_SECONDS : intervalSeconds);
  }
}
