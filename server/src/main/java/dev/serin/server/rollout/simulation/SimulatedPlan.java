package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import java.util.List;

/** Judges by the real policy for a plan without its feature: every metric is taken for an event. */
public final class SimulatedPlan {
  /** The default absolute margin of an event, in shares of users. */
  private static final double EVENT_MARGIN = 0.001;

  private SimulatedPlan() {}

  /**
   * The real policy of a plan.
   *
   * <p>Events are better lower where the plan says nothing else. A user of several requests may
   * have an event in each; how much worse events by requests are is not bounded here, so that a
   * guardrail of which more than two in a hundred users have the event is not shown to be within
   * its margin.
   */
  public static SimulatedJudge.Kind policy(RolloutPlan plan, World world) {
    List<JudgedMetric> metrics = plan.metrics().stream().map(SimulatedPlan::event).toList();
    List<String> events = world.events().stream().map(World.EventRates::metric).toList();
    return SerinPolicy.kind(plan, metrics, events);
  }

  private static JudgedMetric event(MetricPlan metric) {
    double absolute =
        metric.role() == MetricPlan.Role.GUARDRAIL
            ? metric.statedAbsoluteMargin().orElse(EVENT_MARGIN)
            : 0;
    Metric document =
        Metric.newBuilder().setKey(metric.metric()).setKind(MetricKind.METRIC_KIND_EVENT).build();
    return new JudgedMetric(
        metric,
        JudgedMetric.Kind.EVENT,
        metric.better().orElse(Direction.LOWER),
        absolute,
        document);
  }
}
