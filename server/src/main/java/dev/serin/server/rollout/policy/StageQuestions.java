package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.policy.JudgeState.Users;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What promotion asks of one event metric, stage by stage: to be within its margin, or better by
 * it. The tests are made once.
 */
final class StageQuestions {
  /** Standard errors by which the control's share has to be below a common event's. */
  private static final double CLEARLY = 3;

  private final JudgedMetric metric;
  private final boolean swapped;
  private final double threshold;

  /** By stage; empty where it is not asked. */
  private final List<Optional<NonInferiority>> within = new ArrayList<>();

  private final List<Optional<RateTest>> superior = new ArrayList<>();

  StageQuestions(JudgedMetric metric, RolloutPlan plan) {
    this.metric = metric;
    this.swapped = metric.better() == Direction.HIGHER;
    this.threshold = AlphaShares.threshold(plan.alphaP());
    MetricPlan.Role role = metric.plan().role();
    for (StagePlan stage : plan.stages()) {
      boolean compared = !stage.share().isAll();
      double treatment = Judge.treatmentShare(stage.share());
      double share = swapped ? 1 - treatment : treatment;
      within.add(
          compared && role == MetricPlan.Role.GUARDRAIL
              ? Optional.of(nonInferiority(share, stage, plan.alphaP()))
              : Optional.empty());
      // Better is what a regression would be with the arms changed over.
      superior.add(
          compared && role == MetricPlan.Role.SUCCESS
              ? Optional.of(RateTest.regression(1 - share, metric.plan().margin()))
              : Optional.empty());
    }
  }

  private NonInferiority nonInferiority(double share, StagePlan stage, double alpha) {
    double absolute = metric.absoluteMargin();
    return new NonInferiority(
        share,
        metric.plan().margin(),
        absolute > 0 ? OptionalDouble.of(absolute) : OptionalDouble.empty(),
        alpha,
        Math.max(NonInferiority.USUAL_USERS, (double) stage.minimumUsers()));
  }

  /**
   * What a guardrail's stage shows of its margins; empty where that is not asked.
   *
   * @param users of the stage, in all generations of sets
   * @param requestsWorse upper bound of how much worse events by request are; empty: not known
   */
  Optional<MetricReading.Within> within(Users users, OptionalDouble requestsWorse, int stage) {
    return within
        .get(stage - 1)
        .map(test -> test.look(oriented(users.withEvent()), oriented(users.exposed())))
        .map(
            shown ->
                new MetricReading.Within(
                    shown, shown.passes() && requestsWithin(users, requestsWorse)));
  }

  /**
   * Whether rates of requests are within the margin too, where they have to be: unless the event is
   * clearly rare. A share that moves around the border of common events would else be asked for
   * them at one look and not at the next, and pass at the first that does not ask.
   */
  private boolean requestsWithin(Users users, OptionalDouble requestsWorse) {
    double exposed = (double) Math.max(1, users.exposed().control());
    double control = users.withEvent().control() / exposed;
    double error = Math.sqrt(control * (1 - control) / exposed);
    return control + CLEARLY * error <= JudgedMetric.COMMON_EVENT
        || (requestsWorse.isPresent() && requestsWorse.getAsDouble() <= metric.plan().margin());
  }

  /**
   * Whether the stage shows that a success metric is better by its margin.
   *
   * @param users of the stage, in all generations of sets
   */
  boolean isSuperior(Users users, int stage) {
    return superior
        .get(stage - 1)
        .filter(test -> test.logE(oriented(users.withEvent()).swapped()) >= threshold)
        .isPresent();
  }

  private ArmCounts oriented(ArmCounts users) {
    return swapped ? users.swapped() : users;
  }
}
