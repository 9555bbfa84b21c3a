package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.BreakerProcess;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.Mended;
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
  private final JudgedMetric metric;
  private final RolloutPlan plan;
  private final AlphaPlan alpha;
  private final boolean swapped;
  private final BreakerJudge breaker;
  private final StageQuestions questions;

  /** Tests of a regression by the share they are asked about, arms changed over where swapped. */
  private final Map<Double, RateTest> regressions = new HashMap<>();

  MetricJudge(JudgedMetric metric, RolloutPlan plan, AlphaPlan alpha) {
    this.metric = metric;
    this.plan = plan;
    this.alpha = alpha;
    // A breaker's event is bad in whatever direction.
    this.swapped = metric.better() == Direction.HIGHER && !isBreaker();
    this.breaker = new BreakerJudge(metric, alpha);
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
    return RunEvidence.id(metric.plan());
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
    MetricState known = before == null || !round.renewed() ? before : renewed(before, round);
    MetricState state = begun(known, round, users);
    StagePlan stage = plan.stage(round.stage());
    if (isBreaker()) {
      return breaker.look(ofBreaker(evidence, exposed), state, round, test(stage));
    }
    return switch (evidence) {
      case null -> new Look(state, unseen(state, exposed));
      case Measured measured -> measured(measured, state, exposed);
      case Events events -> events(events, state, round, test(stage));
    };
  }

  /** The test of a regression in a stage; empty: there is no control. */
  private Optional<RateTest> test(StagePlan stage) {
    return stage.share().isAll()
        ? Optional.empty()
        : Optional.of(regression(oriented(Judge.treatmentShare(stage.share()))));
  }

  /**
   * Where sets of users begin anew, what they showed is kept, and multiplied with what users show
   * who are first seen afterwards: they were counted in no factor before. What is not of sets of
   * users goes on. Promotion goes on to ask of the users of before and of these together.
   */
  private MetricState renewed(MetricState before, Round round) {
    JudgeState.Counted counted = before.counted().renewed();
    if (before.looked().isEmpty()) {
      return before.with(counted);
    }
    Looked last = before.looked().get();
    // Where the stage is another one its processes begin anew in any case.
    Optional<RateTest> test = round.entered() ? Optional.empty() : test(plan.stage(round.stage()));
    return new MetricState(
        before.run(),
        before.stage(),
        isBreaker() ? 0 : before.logRunBefore() + last.logRun(),
        test.map(it -> before.process().renewed(oriented(last.stage()), it))
            .orElse(before.process()),
        ArmCounts.NONE,
        counted,
        isBreaker() ? before.limit().renewed(last.logRun()) : before.limit(),
        before.mended(),
        before.horizon(),
        Optional.empty());
  }

  private MetricState begun(@Nullable MetricState before, Round round, ArmCounts users) {
    if (isBreaker()) {
      return breaker.begun(before, round);
    }
    boolean entered = before == null || round.entered();
    // Only an event's users can be counted from a period's beginning: a quantile's histogram has
    // all of the stage.
    boolean begun = entered || (round.begun() && metric.kind() == JudgedMetric.Kind.EVENT);
    if (before != null && !begun) {
      return before;
    }
    Latch stage = Latch.of(alpha.stage(metric, round.extension()));
    if (before != null && before.stage().fired()) {
      stage = before.stage();
    }
    return new MetricState(
        before == null ? Latch.of(alpha.run(metric)) : before.run(),
        stage,
        before == null ? 0 : before.logRunBefore(),
        StageProcess.planned(round.planned()),
        round.extension() == 0 ? ArmCounts.NONE : users,
        // Of a stage: of its repeats and extensions too.
        before == null || entered ? JudgeState.Counted.NONE : before.counted(),
        BreakerProcess.begin(),
        Mended.NEITHER,
        before == null || entered ? Optional.empty() : before.horizon(),
        Optional.empty());
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

  private Look events(Events events, MetricState before, Round round, Optional<RateTest> test) {
    ArmCounts users = events.stage().since(before.base());
    StageProcess process =
        test.map(it -> before.process().at(round.elapsed(), oriented(users), it))
            .orElse(before.process());
    Looked looked =
        before
            .looked()
            .filter(last -> last.run().equals(events.run()) && last.stage().equals(users))
            .orElseGet(() -> computed(events, process, users, test));
    double logRun = before.logRunBefore() + looked.logRun();
    MetricState after =
        new MetricState(
            before.run().after(logRun),
            before.stage().after(looked.logStage()),
            before.logRunBefore(),
            process,
            before.base(),
            before.counted().after(events),
            before.limit(),
            before.mended(),
            before.horizon(),
            Optional.of(looked));
    boolean ofRun = excess(after.run(), logRun) >= excess(after.stage(), looked.logStage());
    Finding.Seen ofStage =
        before.base().equals(ArmCounts.NONE)
            ? new Finding.OfArms(events.stage(), events.stageExposed(), round.thinned())
            : new Finding.OfExtension(users);
    Finding finding =
        ofRun
            ? finding(
                new Finding.OfArms(events.run().users(), events.runExposed(), round.thinned()),
                logRun,
                after.run())
            : finding(ofStage, looked.logStage(), after.stage());
    return new Look(
        after,
        reading(
            Optional.of(events.stage()),
            events.stageExposed(),
            logRun,
            looked.logStage(),
            after,
            finding));
  }

  private Looked computed(
      Events events, StageProcess process, ArmCounts users, Optional<RateTest> test) {
    RunProcess run = swapped ? events.run().swapped() : events.run();
    return new Looked(
        events.run(),
        users,
        ArmCounts.NONE,
        List.of(),
        run.logE(this::regression),
        test.map(it -> process.logE(it, oriented(users))).orElse(0.0));
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
        users.map(seen -> after.counted().all()),
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
