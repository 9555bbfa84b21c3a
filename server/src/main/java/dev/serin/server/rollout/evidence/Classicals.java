package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.ClusteredDifference;
import dev.serin.server.analysis.Comparison;
import dev.serin.server.analysis.Difference;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.EventCounts;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Welch;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence.Classical;
import java.util.Optional;

/**
 * The figures of one look that a policy of fixed horizon asks for, of the stage the run is in; none
 * under another policy.
 *
 * <p>Users are the samples. Of an event the test is Welch's on one value a user; of a mean or ratio
 * it is Student's on user buckets, which is Welch's where each user gives one value, and stays
 * right where users give many.
 */
final class Classicals {
  private Classicals() {}

  static Optional<Classical> ofMeans(
      RolloutPlan plan, JudgedMetric metric, Optional<MetricCounts.Stage> stage) {
    if (!(plan.policy() instanceof DecisionPlan.FixedHorizon) || stage.isEmpty()) {
      return Optional.empty();
    }
    MetricCounts.Stage arms = stage.get();
    long samples = Math.min(arms.control().buckets().users(), arms.treatment().buckets().users());
    return known(
            ClusteredDifference.of(
                arms.control().buckets(), arms.treatment().buckets(), metric.better()))
        .flatMap(shown -> of(samples, shown.p(), shown.difference(), metric.better()));
  }

  static Optional<Classical> ofEvents(
      RolloutPlan plan, JudgedMetric metric, ArmCounts withEvent, ArmCounts exposed) {
    if (!(plan.policy() instanceof DecisionPlan.FixedHorizon)) {
      return Optional.empty();
    }
    Comparison comparison =
        Comparison.of(
            new EventCounts(exposed.control(), withEvent.control()).moments(),
            new EventCounts(exposed.treatment(), withEvent.treatment()).moments(),
            metric.better());
    long samples = Math.min(exposed.control(), exposed.treatment());
    return known(comparison.welch())
        .map(Welch::p)
        .flatMap(
            p ->
                known(comparison.difference())
                    .flatMap(difference -> of(samples, p, difference, metric.better())));
  }

  private static Optional<Classical> of(
      long samples, double p, Difference difference, Direction better) {
    if (!(difference.control() > 0)) {
      return Optional.empty();
    }
    double more = difference.absolute() / difference.control();
    return Optional.of(new Classical(samples, p, better == Direction.HIGHER ? more : -more));
  }

  private static <T> Optional<T> known(Figure<T> figure) {
    return switch (figure) {
      case Figure.Known<T>(T value) -> Optional.of(value);
      case Figure.Absent<T>(var absence, String detail) -> Optional.empty();
    };
  }
}
