package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A plan as it is simulated: every metric is taken for an event.
 *
 * <p>A user of several requests may have an event in each; how much worse events by requests are is
 * bounded only in a world in which each request is a user of its own, so that elsewhere a guardrail
 * of which more than two in a hundred users have the event is not shown to be within its margin.
 *
 * @param plan what is run
 * @param metrics of the plan, in its order, all of them events
 */
public record SimulatedPlan(RolloutPlan plan, List<JudgedMetric> metrics) {
  /** The default absolute margin of an event, in shares of users. */
  private static final double EVENT_MARGIN = 0.001;

  /** Copies the list. */
  public SimulatedPlan {
    metrics = List.copyOf(metrics);
  }

  /** A plan whose documents are not known: success metrics are better higher, others lower. */
  public static SimulatedPlan of(RolloutPlan plan) {
    return of(plan, List.of());
  }

  /**
   * A plan with what documents say of its metrics.
   *
   * @param known metrics whose documents are known, all or some or none
   */
  public static SimulatedPlan of(RolloutPlan plan, Collection<JudgedMetric> known) {
    return new SimulatedPlan(
        plan, plan.metrics().stream().map(metric -> event(metric, known)).toList());
  }

  /** The real policy of a plan whose documents are not known. */
  public static SimulatedJudge.Kind policy(RolloutPlan plan, World world) {
    return of(plan).policy(world);
  }

  /** The real policy. */
  public SimulatedJudge.Kind policy(World world) {
    List<String> events = world.events().stream().map(World.EventRates::metric).toList();
    return SerinPolicy.kind(plan, metrics, events, world.population() == 0);
  }

  /** What peers judge: the plan's first metric; without one, errors. */
  Direction firstBetter() {
    return metrics.isEmpty() ? Direction.LOWER : metrics.getFirst().better();
  }

  private static JudgedMetric event(MetricPlan metric, Collection<JudgedMetric> known) {
    Optional<JudgedMetric> document =
        known.stream().filter(one -> one.plan().equals(metric)).findFirst();
    Direction better =
        document
            .map(JudgedMetric::better)
            .filter(direction -> direction != Direction.NONE)
            .or(metric::better)
            .orElse(metric.role() == Role.SUCCESS ? Direction.HIGHER : Direction.LOWER);
    boolean isEvent = document.filter(one -> one.kind() != JudgedMetric.Kind.EVENT).isEmpty();
    // What a mean's document says is in the mean's measure.
    double absolute =
        metric.role() != Role.GUARDRAIL
            ? 0
            : isEvent ? metric.statedAbsoluteMargin().orElse(EVENT_MARGIN) : EVENT_MARGIN;
    return new JudgedMetric(
        metric, JudgedMetric.Kind.EVENT, better, absolute, eventDocument(metric.metric()));
  }

  private static Metric eventDocument(String key) {
    return Metric.newBuilder().setKey(key).setKind(MetricKind.METRIC_KIND_EVENT).build();
  }
}
