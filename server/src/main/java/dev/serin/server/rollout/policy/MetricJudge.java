package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.StageProcess;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.policy.JudgeState.Looked;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Looks at one metric of a plan. What does not depend on counts is worked out once. */
final class MetricJudge {
  /**
   * Limits of breakers that may not be 0 or 1 in a likelihood. Below one in a million a smaller
   * limit decides nothing else: one failing user is too many.
   */
  private static final double LEAST_LIMIT = 1e-6;

  private final JudgedMetric metric;
  private final RolloutPlan plan;
  private final AlphaPlan alpha;
  private final boolean swapped;
  private final CircuitBreaker breaker;
  private final StageQuestions questions;

  /** Tests of a regression by the share they are asked about, arms changed over where swapped. */
  private final Map<Double, RateTest> regressions = new HashMap<>();

  MetricJudge(JudgedMetric metric, RolloutPlan plan, AlphaPlan alpha) {
    this.metric = metric;
    this.plan = plan;
    this.alpha = alpha;
    this.swapped = metric.better() == Direction.HIGHER;
    this.breaker =
        new CircuitBreaker(Math.clamp(metric.plan().limit(), LEAST_LIMIT, 1 - LEAST_LIMIT));
    this.questions = new StageQuestions(metric, plan);
    for (StagePlan stage : plan.stages()) {
      if (!stage.share().isAll()) {
        double share = oriented(Judge.treatmentShare(stage.share()));
        regressions.put(share, RateTest.regression(share, metric.plan().margin()));
      }
    }
  }

  String key() {
    return metric.plan().metric();
  }

  /** Its key among what is kept: a metric may be a guardrail and a circuit breaker too. */
  String id() {
    return metric.plan().role() + "/" + key();
  }

  MetricPlan plan() {
    return metric.plan();
  }

  /** What promotion asks of it. */
  StageQuestions questions() {
    return questions;
  }

  /** A look's figures and what is kept of them. */
  record Look(MetricState state, MetricReading reading) {}

  /** Looks at the metric; nothing is decided here. */
  Look look(
      @Nullable MetricEvidence evidence,
      @Nullable MetricState before,
      Round round,
      ArmCounts exposed) {
    ArmCounts users = evidence instanceof Events events ? events.stage() : ArmCounts.NONE;
    MetricState state = begun(before, round, users);
    if (isBreaker()) {
      return breaker(ofBreaker(evidence, exposed), state, plan.stage(round.stage()));
    }
    return switch (evidence) {
      case null -> new Look(state, unseen(state, exposed));
      case Measured measured -> measured(measured, state, exposed);
      case Events events -> events(events, state, round);
    };
  }

  private MetricState begun(@Nullable MetricState before, Round round, ArmCounts users) {
    boolean entered = before == null || round.entered();
    // Only an event's users can be counted from a period's beginning: a quantile's histogram has
    // all of the stage, and who was exposed before it may still trip a breaker.
    boolean begun =
        entered || (round.begun() && metric.kind() == JudgedMetric.Kind.EVENT && !isBreaker());
    if (before != null && !begun) {
      return before;
    }
    Latch stage = Latch.of(alpha.stage(metric, round.extension()));
    if (before != null && before.stage().fired() && !isBreaker()) {
      stage = before.stage();
    }
    return new MetricState(
        runLatch(before),
        stage,
        StageProcess.planned(round.planned()),
        round.extension() == 0 ? ArmCounts.NONE : users,
        before == null || entered ? Optional.empty() : before.horizon(),
        Optional.empty());
  }

  private Latch runLatch(@Nullable MetricState before) {
    if (isBreaker()) {
      return CircuitBreaker.unbrokenControl();
    }
    return before == null ? Latch.of(alpha.run(metric)) : before.run();
  }

  private boolean isBreaker() {
    return metric.plan().role() == MetricPlan.Role.CIRCUIT_BREAKER;
  }

  private double oriented(double share) {
    return swapped ? 1 - share : share;
  }

  private ArmCounts oriented(ArmCounts users) {
    return swapped ? users.swapped() : users;
  }

  private RateTest regression(double share) {
    RateTest kept = regressions.get(share);
    return kept == null ? RateTest.regression(share, metric.plan().margin()) : kept;
  }

  private Look events(Events events, MetricState before, Round round) {
    StagePlan stage = plan.stage(round.stage());
    ArmCounts users = events.stage().since(before.base());
    StageProcess process = before.process().at(round.elapsed(), users);
    Looked looked =
        before
            .looked()
            .filter(last -> last.run().equals(events.run()) && last.stage().equals(users))
            .orElseGet(() -> computed(events, stage, process, users));
    MetricState after =
        new MetricState(
            before.run().after(looked.logRun()),
            before.stage().after(looked.logStage()),
            process,
            before.base(),
            before.horizon(),
            Optional.of(looked));
    boolean ofRun =
        excess(after.run(), looked.logRun()) >= excess(after.stage(), looked.logStage());
    Finding.Seen ofStage =
        before.base().equals(ArmCounts.NONE)
            ? new Finding.OfArms(events.stage(), events.stageExposed())
            : new Finding.OfExtension(users);
    Finding finding =
        ofRun
            ? finding(
                new Finding.OfArms(events.run().users(), events.runExposed()),
                looked.logRun(),
                after.run())
            : finding(ofStage, looked.logStage(), after.stage());
    return new Look(
        after,
        reading(
            Optional.of(events.stage()),
            events.stageExposed(),
            looked.logRun(),
            looked.logStage(),
            after,
            finding));
  }

  private Looked computed(Events events, StagePlan stage, StageProcess process, ArmCounts users) {
    RunProcess run = swapped ? events.run().swapped() : events.run();
    double logRun = run.logE(this::regression);
    double logStage = 0;
    if (!stage.share().isAll()) {
      double share = oriented(Judge.treatmentShare(stage.share()));
      logStage = (swapped ? process.swapped() : process).logE(regression(share), oriented(users));
    }
    return new Looked(events.run(), users, logRun, logStage);
  }

  /** A breaker whose event nobody reported has seen users without it. */
  private Events ofBreaker(@Nullable MetricEvidence evidence, ArmCounts exposed) {
    return switch (evidence) {
      case null ->
          new Events(
              new RunProcess(List.of()),
              exposed,
              ArmCounts.NONE,
              exposed,
              OptionalDouble.empty(),
              Optional.empty());
      case Events events -> events;
      case Measured measured ->
          throw new IllegalArgumentException(id() + ": " + measured + " (expected: events)");
    };
  }

  private Look breaker(Events events, MetricState before, StagePlan stage) {
    ArmCounts users = events.stage();
    ArmCounts exposed = events.stageExposed();
    double logE = breaker.logE(users, exposed);
    Latch control = before.run().after(breaker.controlLogE(users, exposed));
    Latch treatment = before.stage().after(logE);
    OptionalDouble logWorse =
        stage.share().isAll()
            ? OptionalDouble.empty()
            : OptionalDouble.of(regression(Judge.treatmentShare(stage.share())).logE(users));
    Finding finding =
        new Finding(
            key(),
            new Finding.OfTreatment(users, exposed),
            Optional.of(new Finding.Odds(logE, treatment, metric.plan().limit(), true)));
    return new Look(
        before.after(control, treatment),
        new MetricReading(
            metric,
            Optional.of(users),
            exposed,
            logWorse.orElse(0),
            Math.log(CircuitBreaker.WORSE_THAN_CONTROL),
            logE,
            treatment.threshold(),
            Optional.of(CircuitBreaker.state(treatment, control, logWorse)),
            treatment.fired(),
            logE >= treatment.threshold(),
            Optional.empty(),
            finding));
  }

  private Look measured(Measured measured, MetricState before, ArmCounts exposed) {
    double logE = measured.logRegression();
    boolean ofStage = metric.kind() == JudgedMetric.Kind.QUANTILE;
    MetricState after =
        ofStage
            ? before.after(before.run(), before.stage().after(logE))
            : before.after(before.run().after(logE), before.stage());
    Finding finding =
        finding(new Finding.Told(measured.words()), logE, ofStage ? after.stage() : after.run());
    return new Look(
        after,
        reading(Optional.empty(), exposed, ofStage ? 0 : logE, ofStage ? logE : 0, after, finding));
  }

  private MetricReading unseen(MetricState state, ArmCounts exposed) {
    return reading(
        Optional.empty(),
        exposed,
        0,
        0,
        state,
        new Finding(key(), new Finding.Told("no outcomes yet"), Optional.empty()));
  }

  private MetricReading reading(
      Optional<ArmCounts> users,
      ArmCounts exposed,
      double logRun,
      double logStage,
      MetricState after,
      Finding finding) {
    return new MetricReading(
        metric,
        users,
        exposed,
        logRun,
        after.run().threshold(),
        logStage,
        after.stage().threshold(),
        Optional.empty(),
        after.run().fired() || after.stage().fired(),
        logRun >= after.run().threshold() || logStage >= after.stage().threshold(),
        Optional.empty(),
        finding);
  }

  /** How far a process is beyond its threshold, or has been where it fired. */
  private static double excess(Latch latch, double logE) {
    return (latch.fired() ? latch.peak() : logE) - latch.threshold();
  }

  private Finding finding(Finding.Seen seen, double logE, Latch latch) {
    return new Finding(
        key(), seen, Optional.of(new Finding.Odds(logE, latch, metric.plan().margin(), false)));
  }

  /** All metrics of a plan. */
  static List<MetricJudge> of(RolloutPlan plan, AlphaPlan alpha, List<JudgedMetric> metrics) {
    return metrics.stream().map(metric -> new MetricJudge(metric, plan, alpha)).toList();
  }
}
