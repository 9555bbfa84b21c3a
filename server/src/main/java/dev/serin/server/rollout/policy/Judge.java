package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.policy.JudgeState.Horizon;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges the runs of one plan, as often as one likes: a pure function of what was counted and what
 * was kept of earlier looks. It says what is shown; what is done about it, and when, is the state
 * machine's.
 *
 * <p>The probability that a run in which nothing is worse is ever rolled back by evidence is at
 * most the plan's alpha ({@link AlphaPlan} says how it is shared out); that a stage which has to
 * show non-inferiority lets a regression beyond its margins pass, at most its alpha of promotion.
 * Dry runs and signals spend nothing of either.
 *
 * <p>Keep judges: tests are made once. Where a metric's counts have not changed since the last
 * look, its e-values are not computed again. Safe for any number of threads.
 */
public final class Judge {
  private final RolloutPlan plan;
  private final AlphaPlan alpha;
  private final List<JudgedMetric> judged;
  private final List<MetricJudge> metrics;
  private final DataQuality quality;

  private Judge(RolloutPlan plan, List<JudgedMetric> metrics, DataQuality quality) {
    this.plan = plan;
    this.alpha = AlphaPlan.of(plan.alpha(), plan.stages().size(), metrics);
    this.judged = List.copyOf(metrics);
    this.metrics = MetricJudge.of(plan, alpha, metrics);
    this.quality = quality;
  }

  /**
   * The judge of a plan.
   *
   * @param metrics of the plan, in its order
   * @param quality what is asked of data; usually {@link DataQuality#USUAL}
   * @throws IllegalArgumentException where weights of what rolls back sum to more than 1
   */
  public static Judge of(RolloutPlan plan, List<JudgedMetric> metrics, DataQuality quality) {
    return new Judge(plan, metrics, quality);
  }

  /** How alpha is shared out. */
  public AlphaPlan alpha() {
    return alpha;
  }

  /**
   * The part of alpha with which the test of a mean, ratio or quantile has to be made: of a mean or
   * ratio over the run, of a quantile in each stage.
   *
   * @param metric one that this judge was made with
   * @throws IllegalArgumentException where it is another one, or an event
   */
  public double measuredShare(JudgedMetric metric) {
    if (metric.kind() == JudgedMetric.Kind.EVENT || !judged.contains(metric)) {
      throw new IllegalArgumentException(
          "metric: " + metric.plan().metric() + " (expected: a measured one of the plan)");
    }
    return alpha.measured(metric);
  }

  /**
   * The treatment's share of both arms: a half where the control is as large, else what the
   * treatment has; 1 where it has all.
   */
  public static double treatmentShare(TrafficShare share) {
    return Math.max(0.5, share.fraction());
  }

  /**
   * A look's outcome.
   *
   * @param verdict what to do and why
   * @param state to be kept for the next look; equal to the one before where nothing changed
   */
  public record Judged(Verdict verdict, JudgeState state) {}

  /**
   * Looks at a run.
   *
   * @param before what the last look left; {@link JudgeState#begin} at first
   * @return of evidence whose sets of users are of an older generation than what was kept, as a
   *     replica may have it that lags behind, nothing
   * @throws IllegalArgumentException where the evidence is of another share than its stage's
   */
  public Judged judge(RunEvidence evidence, JudgeState before) {
    StagePlan stage = plan.stage(evidence.stage());
    double share = treatmentShare(stage.share());
    if (evidence.data().share() != share) {
      throw new IllegalArgumentException(
          "share: " + evidence.data().share() + " (expected: " + share + ")");
    }
    if (evidence.generation() < before.generation()) {
      return new Judged(Verdict.unseen(), before);
    }
    Round round = Round.of(evidence, before);
    ArmCounts exposed = evidence.data().exposed();
    Map<String, MetricState> states = new HashMap<>();
    List<MetricReading> readings = new ArrayList<>();
    for (MetricJudge metric : metrics) {
      MetricJudge.Look look =
          metric.look(
              evidence.of(metric.plan()), before.metrics().get(metric.id()), round, exposed);
      states.put(metric.id(), look.state());
      readings.add(look.reading());
    }
    JudgeState.Ratio ratio =
        (round.renewed() ? before.ratio().renewed() : before.ratio())
            .after(SampleRatio.logE(evidence.firstExposures()));
    List<DataQuality.Problem> problems = problems(evidence, stage);
    if (problems.isEmpty() && !ratio.latch().fired()) {
      lookAtHorizon(evidence, stage, states);
    }
    JudgeState after =
        new JudgeState(
            evidence.stage(), evidence.extension(), evidence.generation(), ratio, states);
    Decision decision = new Decision(plan, stage, metrics, evidence, after, readings, problems);
    return new Judged(decision.verdict(), after);
  }

  /** What is wrong with the data; of metrics that nobody reports once the stage could end. */
  private List<DataQuality.Problem> problems(RunEvidence evidence, StagePlan stage) {
    List<DataQuality.Problem> problems = new ArrayList<>(quality.problems(evidence.data()));
    ArmCounts exposed = evidence.data().exposed();
    boolean isCompared = !stage.share().isAll();
    boolean mayEnd =
        evidence.dwelled().compareTo(stage.dwell()) >= 0
            && Math.min(exposed.treatment(), exposed.control())
                >= Math.max(1, stage.minimumUsers());
    if (isCompared && (mayEnd || mayShip(evidence, stage))) {
      problems.addAll(quality.unreported(evidence.data(), needed(stage)));
    }
    return List.copyOf(problems);
  }

  /**
   * Whether the stage may go on to the next at its maximum, however few users it has then: no
   * sooner than its dwell, to which holds are not counted, as they are to the maximum.
   */
  private static boolean mayShip(RunEvidence evidence, StagePlan stage) {
    return stage.maximum().isPresent()
        && stage.atMaximum() == StagePlan.AtMaximum.SHIP
        && (evidence.extension() > 0 || evidence.elapsed().compareTo(stage.dwell()) >= 0);
  }

  /**
   * Keys of the metrics whose silence could pass for what the stage must show. A success metric is
   * none where nobody asks whether it is better: that nobody has bought yet is no fault of a
   * canary.
   */
  private List<String> needed(StagePlan stage) {
    return judged.stream()
        .map(JudgedMetric::plan)
        .filter(metric -> !metric.dryRun())
        .filter(
            metric ->
                switch (metric.role()) {
                  case GUARDRAIL, CIRCUIT_BREAKER -> true;
                  case SUCCESS -> stage.promotion() == StagePlan.Promotion.SUPERIOR;
                  case SIGNAL -> false;
                })
        .map(MetricPlan::metric)
        .distinct()
        .toList();
  }

  /**
   * Under a policy of fixed horizon: the one look at each success metric, at the end of the stage,
   * at data that are fit for it.
   */
  private void lookAtHorizon(
      RunEvidence evidence, StagePlan stage, Map<String, MetricState> states) {
    if (!(plan.policy() instanceof DecisionPlan.FixedHorizon horizon)
        || evidence.dwelled().compareTo(stage.dwell()) < 0) {
      return;
    }
    for (MetricJudge metric : metrics) {
      if (metric.plan().role() == MetricPlan.Role.SUCCESS) {
        states.computeIfPresent(
            metric.id(),
            (id, state) ->
                state.horizon().isPresent()
                    ? state
                    : horizon(horizon, evidence.of(metric.plan())).map(state::with).orElse(state));
      }
    }
  }

  private static Optional<Horizon> horizon(
      DecisionPlan.FixedHorizon horizon, @Nullable MetricEvidence evidence) {
    return Optional.ofNullable(evidence)
        .flatMap(MetricEvidence::classical)
        // When there are enough does not depend on what they show, so that waiting is no look.
        .filter(figures -> figures.samples() >= horizon.minimumSamples())
        .map(
            figures ->
                new Horizon(
                    figures,
                    figures.pValue() < horizon.significance()
                        && figures.improvement() > horizon.improvement()));
  }
}
