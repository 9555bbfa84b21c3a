package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.StageArms;
import dev.serin.server.analysis.mean.AlwaysValidDifference;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.util.List;
import java.util.Optional;

/**
 * The tests of a mean or ratio: a regression over the run, its stages stratified; what promotion
 * asks for in the stage alone.
 */
final class MeanTests implements MetricTests {
  private final RolloutPlan plan;
  private final JudgedMetric metric;
  private final long plannedUsers;
  private final MeanTest regression;

  /** Any of them shows that a guardrail is within a margin; they share the alpha of promotion. */
  private final List<MeanTest> within;

  private final Optional<MeanTest> better;

  MeanTests(RolloutPlan plan, RunMetrics.Roles roles, double share) {
    this.plan = plan;
    this.metric = roles.regression();
    this.plannedUsers = 2 * plan.plannedUsers();
    this.regression =
        MeanTest.of(
            Claim.regression(metric.better(), MetricTests.relative(metric)), plannedUsers, share);
    this.within = roles.guardrail().map(this::within).orElse(List.of());
    this.better =
        roles
            .success()
            .map(
                success ->
                    MeanTest.of(
                        Claim.superiority(success.better(), MetricTests.relative(success)),
                        plannedUsers,
                        plan.alphaP()));
  }

  private List<MeanTest> within(JudgedMetric guardrail) {
    Claim relative = Claim.nonInferiority(guardrail.better(), MetricTests.relative(guardrail));
    double absoluteMargin = guardrail.absoluteMargin();
    if (absoluteMargin == 0) {
      return List.of(MeanTest.of(relative, plannedUsers, plan.alphaP()));
    }
    Claim absolute = Claim.nonInferiority(guardrail.better(), new Margin.Absolute(absoluteMargin));
    return List.of(
        MeanTest.of(relative, plannedUsers, plan.alphaP() / 2),
        MeanTest.of(absolute, plannedUsers, plan.alphaP() / 2));
  }

  @Override
  public MetricEvidence look(int stage, MetricCounts counts) {
    StagePlan current = plan.stage(stage);
    List<StageArms> stages = counts.stages().stream().map(MetricCounts.Stage::arms).toList();
    RunMeans run = new RunMeans(stages, counts.users().control(), counts.users().treatment());
    Optional<RunMeans> ofStage =
        counts
            .stage(stage)
            .map(it -> RunMeans.ofStage(it.control().buckets(), it.treatment().buckets()));
    Figure<MeanEvidence> worse = regression.of(run);
    Figure<Estimate> estimate =
        AlwaysValidDifference.of(run, metric.better(), plannedUsers).then(MeanTests::estimate);
    return new Measured(
        worse instanceof Figure.Known<MeanEvidence>(MeanEvidence shown) ? shown.logE() : 0,
        MetricTests.mustBeWithin(current)
            && ofStage
                .filter(means -> within.stream().anyMatch(it -> shows(it, means)))
                .isPresent(),
        MetricTests.mustBeBetter(current)
            && ofStage
                .filter(means -> better.filter(it -> shows(it, means)).isPresent())
                .isPresent(),
        MeasuredWords.of(metric, estimate, worse),
        Classicals.ofMeans(plan, metric, counts.stage(stage)),
        estimate instanceof Figure.Known<Estimate>(Estimate known)
            ? Optional.of(known)
            : Optional.empty());
  }

  private static boolean shows(MeanTest test, RunMeans means) {
    return test.of(means) instanceof Figure.Known<MeanEvidence>(MeanEvidence evidence)
        && evidence.isShown();
  }

  private static Figure<Estimate> estimate(AlwaysValidDifference shown) {
    return new Figure.Known<>(
        new Estimate(
            shown.difference().control(),
            shown.difference().treatment(),
            Optional.of(shown.interval())));
  }
}
