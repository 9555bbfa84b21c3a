package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanEvidence;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.mean.RunMeans;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of an event beside its counts, which the judge tests itself: by how much it is
 * worse by request, and the figures of a single look.
 */
final class EventTests implements MetricTests {
  private final RolloutPlan plan;
  private final RunMetrics.Roles roles;

  /** The bound of a claim does not depend on its margin. */
  private final Optional<MeanTest> requests;

  EventTests(RolloutPlan plan, RunMetrics.Roles roles) {
    this.plan = plan;
    this.roles = roles;
    this.requests =
        roles
            .guardrail()
            .map(
                guardrail ->
                    MeanTest.of(
                        Claim.nonInferiority(guardrail.better(), new Margin.Relative(0)),
                        2 * plan.plannedUsers(),
                        plan.alphaP()));
  }

  @Override
  public MetricEvidence look(int stage, MetricCounts counts) {
    MetricCounts.Events users =
        counts
            .events()
            .orElseThrow(
                () -> new IllegalArgumentException("events: none (expected: users of an event)"));
    return new MetricEvidence.Events(
        users.run(),
        users.runExposed(),
        users.stage(),
        users.stageExposed(),
        MetricTests.mustBeWithin(plan.stage(stage))
            ? requestsWorse(counts.stage(stage))
            : OptionalDouble.empty(),
        roles
            .success()
            .flatMap(
                success -> Classicals.ofEvents(plan, success, users.stage(), users.stageExposed())),
        users.since());
  }

  /** Upper bound of how much worse events by request are; empty: not known. */
  private OptionalDouble requestsWorse(Optional<MetricCounts.Stage> stage) {
    if (stage.isEmpty() || requests.isEmpty()) {
      return OptionalDouble.empty();
    }
    RunMeans means =
        RunMeans.ofStage(stage.get().control().buckets(), stage.get().treatment().buckets());
    return requests.get().of(means).then(MeanEvidence::bound)
            instanceof Figure.Known<Double>(Double more)
        ? worse(roles.regression(), more)
        : OptionalDouble.empty();
  }

  /** Of an event that is good, the control's rate is so much above the treatment's. */
  private static OptionalDouble worse(JudgedMetric metric, double more) {
    if (metric.better() == Direction.LOWER) {
      return OptionalDouble.of(more);
    }
    return more > -1 ? OptionalDouble.of(1 / (1 + more) - 1) : OptionalDouble.empty();
  }
}
