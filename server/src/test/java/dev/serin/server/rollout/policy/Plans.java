package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.AtMaximum;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.v1.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Plans and evidence of tests. */
final class Plans {
  /** Of every stage. */
  static final Duration DWELL = Duration.ofMinutes(30);

  static final ArmCounts EXPOSED = counts(2_013, 1_987);
  static final OptionalDouble UNKNOWN = OptionalDouble.empty();

  private Plans() {}

  static ArmCounts counts(long treatment, long control) {
    return new ArmCounts(treatment, control);
  }

  static StagePlan stage(int percent, Promotion promotion) {
    return new StagePlan(
        percent == 100 ? "full" : "stage-" + percent,
        percent == 100 ? StagePlan.Kind.FULL : StagePlan.Kind.EXPAND,
        new TrafficShare(percent, 100),
        DWELL,
        1_000,
        Optional.empty(),
        AtMaximum.HOLD,
        promotion,
        List.of());
  }

  static JudgedMetric metric(String key, Role role, Kind kind, double weight, double margin) {
    return metric(key, role, kind, weight, margin, false, Direction.LOWER);
  }

  static JudgedMetric metric(
      String key,
      Role role,
      Kind kind,
      double weight,
      double margin,
      boolean dryRun,
      Direction better) {
    double limit = role == Role.CIRCUIT_BREAKER ? 0.02 : 0;
    return new JudgedMetric(
        new MetricPlan(
            key,
            role,
            weight,
            margin,
            OptionalDouble.empty(),
            limit,
            OptionalDouble.empty(),
            dryRun,
            Optional.empty()),
        kind,
        better,
        0.001,
        Metric.getDefaultInstance());
  }

  static RolloutPlan plan(List<StagePlan> stages, List<JudgedMetric> metrics, DecisionPlan policy) {
    return new RolloutPlan(
        "checkout",
        "",
        "",
        "checkout",
        "main",
        "new",
        "old",
        stages,
        metrics.stream().map(JudgedMetric::plan).toList(),
        policy,
        0.01,
        0.01,
        false,
        Optional.empty(),
        List.of(),
        List.of());
  }

  static Judge judge(List<StagePlan> stages, List<JudgedMetric> metrics) {
    return Judge.of(
        plan(stages, metrics, new DecisionPlan.AlwaysValid()), metrics, DataQuality.USUAL);
  }

  /** Events of one stage that are the run's too, at a share of a half. */
  static Events events(ArmCounts users) {
    return events(users, UNKNOWN);
  }

  static Events events(ArmCounts users, OptionalDouble requestsWorse) {
    return new Events(
        new RunProcess(List.of(new RunProcess.Part(0.5, users))),
        EXPOSED,
        users,
        EXPOSED,
        requestsWorse,
        Optional.empty());
  }

  static RunEvidence evidence(Duration time, Map<String, MetricEvidence> metrics) {
    return evidence(1, 0, time, data(Duration.ZERO, EXPOSED, 0.5), metrics);
  }

  static RunEvidence evidence(
      int stage,
      int extension,
      Duration time,
      DataQuality.Stage data,
      Map<String, MetricEvidence> metrics) {
    return new RunEvidence(stage, extension, 0, DWELL, time, time, data, List.of(), metrics);
  }

  static DataQuality.Stage data(Duration sinceLook, ArmCounts exposed, double share) {
    return new DataQuality.Stage(
        Duration.ZERO,
        Duration.ZERO,
        sinceLook,
        exposed,
        exposed,
        ArmCounts.NONE,
        share,
        0,
        10_000,
        0,
        0);
  }

  static List<StagePlan> ramp(Promotion promotion) {
    return IntStream.of(5, 25, 50, 100).mapToObj(percent -> stage(percent, promotion)).toList();
  }
}
