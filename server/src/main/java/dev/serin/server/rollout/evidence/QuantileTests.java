package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.analysis.quantile.QuantileArm;
import dev.serin.server.analysis.quantile.QuantileEvidence;
import dev.serin.server.analysis.quantile.QuantileTest;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tests of a quantile, all of the stage the run is in: histograms of different times are never
 * added up. Until an arm has {@value MeanTest#MIN_USERS} users there is no figure, as the design
 * effect, by which their values count for less, is known only for many.
 */
final class QuantileTests implements MetricTests {
  private final RolloutPlan plan;
  private final JudgedMetric metric;
  private final QuantileTest regression;
  private final @Nullable QuantileTest within;

  QuantileTests(RolloutPlan plan, RunMetrics.Roles roles, double share) {
    this.plan = plan;
    this.metric = roles.regression();
    this.regression =
        test(Claim.regression(metric.better(), MetricTests.relative(metric)), metric, share);
    this.within =
        roles
            .guardrail()
            .map(
                guardrail ->
                    test(
                        Claim.nonInferiority(guardrail.better(), MetricTests.relative(guardrail)),
                        guardrail,
                        plan.alphaP()))
            .orElse(null);
  }

  private QuantileTest test(Claim claim, JudgedMetric judged, double share) {
    return QuantileTest.of(
        judged.plan().quantile(), claim, LogBins.BINS_PER_OCTAVE, plan.plannedUsers(), share);
  }

  /** Both arms of the stage. */
  private record Arms(QuantileArm control, QuantileArm treatment) {}

  @Override
  public MetricEvidence look(int stage, MetricCounts counts) {
    Figure<Arms> arms = arms(counts.stage(stage));
    Figure<QuantileEvidence> worse = arms.then(both -> shown(regression, both));
    Figure<Estimate> estimate = arms.then(this::estimate);
    QuantileTest asked = MetricTests.mustBeWithin(plan.stage(stage)) ? within : null;
    return new Measured(
        worse instanceof Figure.Known<QuantileEvidence>(QuantileEvidence shown) ? shown.logE() : 0,
        asked != null
            && arms.then(both -> shown(asked, both))
                instanceof Figure.Known<QuantileEvidence>(QuantileEvidence shown)
            && shown.isShown(),
        false,
        MeasuredWords.of(metric, estimate),
        Optional.empty(),
        estimate instanceof Figure.Known<Estimate>(Estimate known)
            ? Optional.of(known)
            : Optional.empty());
  }

  private static Figure<QuantileEvidence> shown(QuantileTest test, Arms arms) {
    return test.of(arms.control(), arms.treatment());
  }

  private static Figure<Arms> arms(Optional<MetricCounts.Stage> stage) {
    if (stage.isEmpty()) {
      return new Figure.Absent<>(
          Absence.NO_STAGE, "stage: nothing to compare (expected: values of both arms)");
    }
    Optional<QuantileArm> control = arm(stage.get().control());
    Optional<QuantileArm> treatment = arm(stage.get().treatment());
    if (control.isEmpty() || treatment.isEmpty()) {
      return new Figure.Absent<>(
          Absence.NO_OUTCOMES, "histogram: not kept of all values (expected: 0 and more, recent)");
    }
    long ofControl = stage.get().control().buckets().users();
    long ofTreatment = stage.get().treatment().buckets().users();
    if (Math.min(ofControl, ofTreatment) < MeanTest.MIN_USERS) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_USERS,
          "users of control, treatment: %s, %s (expected: %s or more)"
              .formatted(ofControl, ofTreatment, MeanTest.MIN_USERS));
    }
    return new Figure.Known<>(new Arms(control.get(), treatment.get()));
  }

  private static Optional<QuantileArm> arm(MetricCounts.Arm arm) {
    return arm.bins().map(bins -> QuantileArm.ofUsers(bins, arm.buckets()));
  }

  private Figure<Estimate> estimate(Arms arms) {
    if (arms.control().bins().total() == 0 || arms.treatment().bins().total() == 0) {
      return new Figure.Absent<>(
          Absence.NO_OUTCOMES,
          "values of control, treatment: %s, %s (expected: 1 or more)"
              .formatted(arms.control().bins().total(), arms.treatment().bins().total()));
    }
    return new Figure.Known<>(
        new Estimate(
            value(arms.control().bins()), value(arms.treatment().bins()), Optional.empty()));
  }

  private double value(BinCounts bins) {
    return LogBins.middle(bins.binOf(metric.plan().quantile()));
  }
}
