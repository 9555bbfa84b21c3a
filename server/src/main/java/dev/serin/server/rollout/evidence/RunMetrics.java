package dev.serin.server.rollout.evidence;

import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.RunEvidence;
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
 * <p>A metric that has several roles has a piece of evidence for each, tested with the margin,
 * quantile and direction of that role: it stands under {@link RunEvidence#id}, others under their
 * keys, as {@link RunEvidence#of} looks them up.
 */
public final class RunMetrics {
  /** By key, or by role and key where a metric has several roles. */
  private final Map<String, Tested> tests = new LinkedHashMap<>();

  private final Map<String, Looked> looked = new HashMap<>();

  /** What a look at one metric showed, and of what. */
  private record Looked(MetricCounts.Stamp stamp, MetricEvidence evidence) {}

  /** The tests of a metric, which is given by its key. */
  private record Tested(String metric, MetricTests tests) {}

  /**
   * What is asked of a metric in its role.
   *
   * @param regression always
   * @param guardrail the same, where it has to be within its margin
   * @param success the same, where it has to be better
   */
  record Roles(
      JudgedMetric regression, Optional<JudgedMetric> guardrail, Optional<JudgedMetric> success) {
    static Roles of(JudgedMetric metric) {
      Optional<JudgedMetric> it = Optional.of(metric);
      return new Roles(
          metric,
          it.filter(judged -> judged.plan().role() == Role.GUARDRAIL),
          it.filter(judged -> judged.plan().role() == Role.SUCCESS));
    }
  }

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
      String key = metric.plan().metric();
      boolean isAlone =
          metrics.stream().filter(other -> other.plan().metric().equals(key)).count() == 1;
      run.tests.put(
          isAlone ? key : RunEvidence.id(metric.plan()),
          new Tested(key, tests(plan, Roles.of(metric), shares)));
    }
    return run;
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
   * The evidence of all metrics, by key or by role and key.
   *
   * @param stage the run is in, from 1
   * @param counts by metric; one that is missing has none yet
   */
  public Map<String, MetricEvidence> look(int stage, Map<String, MetricCounts> counts) {
    Map<String, MetricEvidence> evidence = new HashMap<>();
    tests.forEach(
        (id, tested) -> {
          MetricCounts counted = counts.get(tested.metric());
          if (counted != null) {
            evidence.put(id, look(id, tested.tests(), stage, counted));
          }
        });
    return evidence;
  }

  private MetricEvidence look(String id, MetricTests test, int stage, MetricCounts counted) {
    Looked last = looked.get(id);
    if (last != null && last.stamp().equals(counted.stamp())) {
      return last.evidence();
    }
    MetricEvidence evidence = test.look(stage, counted);
    looked.put(id, new Looked(counted.stamp(), evidence));
    return evidence;
  }
}
