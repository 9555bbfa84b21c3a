package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import java.util.Optional;

/**
 * What a look at one metric showed.
 *
 * @param metric with its role, margins and weight
 * @param withEvent users with the event in the stage; empty for means, ratios and quantiles
 * @param exposed users exposed in the stage
 * @param logRun log e-value of the run's process; 0 where the metric has none; a breaker's: that
 *     the treatment is worse than the control
 * @param runThreshold at which it alarms, infinite where the metric has no such process; a
 *     breaker's: from which on the treatment may be blamed
 * @param logStage log e-value of the stage's process, or the breaker's; 0 for means and ratios
 * @param stageThreshold at which it alarms; infinite for means and ratios
 * @param breaker what a circuit breaker says of both arms; empty: it is none
 * @param counted an event's: users of the stage in all generations of sets, of whom promotion asks;
 *     empty: it is none, or nobody counted it yet
 * @param alarm whether it has alarmed in the run, a breaker in the stage, which stays so
 * @param worse whether it is beyond a threshold now
 * @param within an event's: what the stage shows of its margins; empty: not asked yet
 * @param finding what was seen
 */
public record MetricReading(
    JudgedMetric metric,
    Optional<ArmCounts> withEvent,
    ArmCounts exposed,
    double logRun,
    double runThreshold,
    double logStage,
    double stageThreshold,
    Optional<CircuitBreaker.State> breaker,
    Optional<JudgeState.Users> counted,
    boolean alarm,
    boolean worse,
    Optional<Within> within,
    Finding finding) {
  /**
   * What a stage shows of an event's margins.
   *
   * @param users what its users show
   * @param passes whether the event is shown to be within a margin, by requests too where they have
   *     to be
   */
  public record Within(NonInferiority.Shown users, boolean passes) {}

  /** Its key. */
  public String key() {
    return metric.plan().metric();
  }

  /** What was seen, for people. */
  public String sentence() {
    return finding.sentence();
  }

  /** Whether it has a process over the run; a breaker's against the control is none. */
  public boolean isOfRun() {
    return metric.plan().role() != Role.CIRCUIT_BREAKER && metric.kind() != Kind.QUANTILE;
  }

  /** Whether it has a process of the stage. */
  public boolean isOfStage() {
    return metric.kind() == Kind.EVENT || metric.kind() == Kind.QUANTILE;
  }

  /** Whether it has alarmed, and is of those that roll back. */
  boolean acts() {
    return alarm && metric.plan().rollsBack();
  }

  /** Whether what alarmed is the treatment's fault: always, but for breakers. */
  boolean blamesTreatment() {
    return breaker.isEmpty() || breaker.get() == CircuitBreaker.State.TREATMENT_BROKEN;
  }

  /** How far beyond its threshold the further process is, as a logarithm; below 0: not yet. */
  double excess() {
    return breaker.isPresent()
        ? logStage - stageThreshold
        : Math.max(logRun - runThreshold, logStage - stageThreshold);
  }

  MetricReading with(Within shown) {
    return new MetricReading(
        metric,
        withEvent,
        exposed,
        logRun,
        runThreshold,
        logStage,
        stageThreshold,
        breaker,
        counted,
        alarm,
        worse,
        Optional.of(shown),
        finding);
  }
}
