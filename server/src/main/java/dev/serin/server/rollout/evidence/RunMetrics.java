package dev.serin.server.rollout.evidence;

import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Tests what was counted of one run's metrics: the metrics of {@link
 * dev.serin.server.rollout.policy.RunEvidence}.
 *
 * <p>Keep one for each run: what depends on the plan alone is worked out once, and at each look
 * only metrics of which something was counted since the last are tested again ({@link
 * MetricCounts.Stamp}). It holds no state that a new one would not find again. For one thread.
 *
 * <p>A metric that has several roles has one piece of evidence: a regression is tested with the
 * margin of the guardrail, else of the signal, else of the success metric.
 */
public final class RunMetrics {
  private final Map<String, MetricTests> tests = new LinkedHashMap<>();
  private final Map<String, Looked> looked = new HashMap<>();

  /** What a look at one metric showed, and of what. */
  private record Looked(MetricCounts.Stamp stamp, MetricEvidence evidence) {}

  /** The roles of one metric. */
  record Roles(
      JudgedMetric regression, Optional<JudgedMetric> guardrail, Optional<JudgedMetric> success) {}

  private RunMetrics() {}

  /**
   * The tests of a plan.
   *
   * @param metrics of the plan
   * @param shares what a mean's, ratio's or quantile's test of a regression may spend of alpha, as
   *     the judge shares it out: of a mean or ratio in the run, of a quantile in one stage; above
   *     0, of what rolls nothing back too
   */
  public static RunMetrics of(
      RolloutPlan plan, List<JudgedMetric> metrics, ToDoubleFunction<JudgedMetric> shares) {
    RunMetrics run = new RunMetrics();
    for (JudgedMetric metric : metrics) {
      run.tests.computeIfAbsent(
          metric.plan().metric(), key -> tests(plan, roles(key, metrics), shares));
    }
    return run;
  }

  private static Roles roles(String key, List<JudgedMetric> metrics) {
    List<JudgedMetric> all =
        metrics.stream().filter(metric -> metric.plan().metric().equals(key)).toList();
    Optional<JudgedMetric> guardrail = role(all, Role.GUARDRAIL);
    Optional<JudgedMetric> success = role(all, Role.SUCCESS);
    JudgedMetric regression =
        guardrail.or(() -> role(all, Role.SIGNAL)).or(() -> success).orElseGet(all::getFirst);
    return new Roles(regression, guardrail, success);
  }

  private static Optional<JudgedMetric> role(List<JudgedMetric> metrics, Role role) {
    return metrics.stream().filter(metric -> metric.plan().role() == role).findFirst();
  }

  private static MetricTests tests(
      RolloutPlan plan, Roles roles, ToDoubleFunction<JudgedMetric> shares) {
    return switch (roles.regression().kind()) {
      case EVENT -> new EventTests(plan, roles);
      case MEAN, RATIO -> new MeanTests(plan, roles, shares.applyAsDouble(roles.regression()));
      case QUANTILE -> new QuantileTests(plan, roles, shares.applyAsDouble(roles.regression()));
    };
  }

  /**
   * The evidence of all metrics.
   *
   * @param stage the run is in, from 1
   * @param counts by metric; one that is missing has none yet
   */
  public Map<String, MetricEvidence> look(int stage, Map<String, MetricCounts> counts) {
    Map<String, MetricEvidence> evidence = new HashMap<>();
    tests.forEach(
        (metric, test) -> {
          MetricCounts counted = counts.get(metric);
          if (counted != null) {
            evidence.put(metric, look(metric, test, stage, counted));
          }
        });
    return evidence;
  }

  private MetricEvidence look(String metric, MetricTests test, int stage, MetricCounts counted) {
    Looked last = looked.get(metric);
    if (last != null && last.stamp().equals(counted.stamp())) {
      return last.evidence();
    }
    MetricEvidence evidence = test.look(stage, counted);
    looked.put(metric, new Looked(counted.stamp(), evidence));
    return evidence;
  }
}
