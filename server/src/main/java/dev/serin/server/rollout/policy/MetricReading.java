package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.rollout.plan.JudgedMetric;
import java.util.Optional;

/**
 * What a look at one metric showed.
 *
 * @param metric with its role, margins and weight
 * @param withEvent users with the event in the stage; empty for means, ratios and quantiles
 * @param exposed users exposed in the stage
 * @param logRun log e-value of the run's process; 0 for a breaker
 * @param runThreshold at which it alarms; a breaker's: at which its control counts as broken
 * @param logStage log e-value of the stage's process, or the breaker's; 0 for means, ratios and
 *     quantiles
 * @param stageThreshold at which it alarms
 * @param controlBroken a breaker's: whether the control is beyond the limit too, or was in this
 *     stage
 * @param alarm whether it has alarmed in the run, which once alarmed stays so
 * @param worse whether it is beyond a threshold now
 * @param within an event's: what the stage shows of its margins; empty: not asked yet
 * @param sentence what was seen, for people
 */
public record MetricReading(
    JudgedMetric metric,
    Optional<ArmCounts> withEvent,
    ArmCounts exposed,
    double logRun,
    double runThreshold,
    double logStage,
    double stageThreshold,
    boolean controlBroken,
    boolean alarm,
    boolean worse,
    Optional<NonInferiority.Shown> within,
    String sentence) {
  /** Its key. */
  public String key() {
    return metric.plan().metric();
  }

  /** How far beyond its threshold the further process is, as a logarithm; below 0: not yet. */
  double excess() {
    return Math.max(logRun - runThreshold, logStage - stageThreshold);
  }

  MetricReading with(NonInferiority.Shown shown) {
    return new MetricReading(
        metric,
        withEvent,
        exposed,
        logRun,
        runThreshold,
        logStage,
        stageThreshold,
        controlBroken,
        alarm,
        worse,
        Optional.of(shown),
        sentence);
  }
}
