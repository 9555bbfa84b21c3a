package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Direction;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.v1.Metric;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A plan as it is simulated. What a metric is the world decides: an event that happens in a request
 * or not, or a value of each request, of which a document says whether its mean, its ratio or a
 * quantile is judged. A ratio is simulated as one of values by requests.
 *
 * @param plan what is run
 * @param metrics of the plan, in its order
 */
public record SimulatedPlan(RolloutPlan plan, List<JudgedMetric> metrics) {
  private static final Duration SHORTEST_HORIZON = Duration.ofHours(1);

  /** Copies the list. */
  public SimulatedPlan {
    metrics = List.copyOf(metrics);
  }

  /** A plan whose documents are not known: success metrics are better higher, others lower. */
  public static SimulatedPlan of(RolloutPlan plan, World world) {
    return of(plan, List.of(), world);
  }

  /**
   * A plan with what documents say of its metrics.
   *
   * @param known metrics whose documents are known, all or some or none
   */
  public static SimulatedPlan of(RolloutPlan plan, Collection<JudgedMetric> known, World world) {
    return new SimulatedPlan(
        plan, plan.metrics().stream().map(metric -> judged(metric, known, world)).toList());
  }

  /** The real policy of a plan whose documents are not known. */
  public static SimulatedJudge.Kind policy(RolloutPlan plan, World world) {
    return of(plan, world).policy(world);
  }

  /** The real policy. */
  public SimulatedJudge.Kind policy(World world) {
    return policy(world, List.of());
  }

  /**
   * The real policy where sets of users begin anew in the middle of a run, as where they are
   * thinned.
   *
   * @param anew when, since the run's start, in order
   */
  public SimulatedJudge.Kind policy(World world, List<Duration> anew) {
    return SerinPolicy.kind(this, world, List.copyOf(anew));
  }

  /** Whether the policy asks for events by request: where promotion has to show something. */
  boolean asksByRequest() {
    return plan.stages().stream().anyMatch(stage -> stage.promotion() != Promotion.NO_REGRESSION);
  }

  /**
   * By when a run is over, as a rule: twice the dwell of each stage, or its maximum where that is
   * later, and all bake times; an hour at least.
   */
  public Duration usualHorizon() {
    Duration all = Duration.ZERO;
    for (StagePlan stage : plan.stages()) {
      Duration twice = stage.dwell().multipliedBy(2);
      all = all.plus(stage.maximum().filter(most -> most.compareTo(twice) > 0).orElse(twice));
      for (GatePlan gate : stage.gates()) {
        all = gate instanceof GatePlan.Bake(Duration time) ? all.plus(time) : all;
      }
    }
    return all.compareTo(SHORTEST_HORIZON) < 0 ? SHORTEST_HORIZON : all;
  }

  private static JudgedMetric judged(
      MetricPlan metric, Collection<JudgedMetric> known, World world) {
    Optional<JudgedMetric> document =
        known.stream().filter(one -> one.plan().equals(metric)).findFirst();
    Direction better =
        document
            .map(JudgedMetric::better)
            .filter(direction -> direction != Direction.NONE)
            .or(metric::better)
            .orElse(metric.role() == Role.SUCCESS ? Direction.HIGHER : Direction.LOWER);
    boolean hasValues =
        world.values().stream().anyMatch(shape -> shape.metric().equals(metric.metric()));
    Kind usual = metric.statedQuantile().isPresent() ? Kind.QUANTILE : Kind.MEAN;
    Kind kind =
        !hasValues
            ? Kind.EVENT
            : document.map(JudgedMetric::kind).filter(it -> it != Kind.EVENT).orElse(usual);
    return new JudgedMetric(
        metric,
        kind,
        better,
        // What a document of another kind says is in another measure.
        document
            .filter(one -> one.kind() == kind)
            .map(JudgedMetric::absoluteMargin)
            .orElseGet(() -> JudgedMetric.usualAbsoluteMargin(metric, kind)),
        document
            .map(JudgedMetric::document)
            .orElseGet(() -> Metric.newBuilder().setKey(metric.metric()).build()));
  }
}
