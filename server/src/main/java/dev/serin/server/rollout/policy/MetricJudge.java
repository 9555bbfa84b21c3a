package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.NonInferiority;
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
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Looks at one metric of a plan. What does not depend on counts is worked out once. */
final class MetricJudge {
  /** Limits of breakers that may not be 0 or 1 in a likelihood. */
  private static final double LEAST_LIMIT = 1e-9;

  /** Share of the control's users with the event from which rates of requests are asked for too. */
  static final double COMMON_EVENT = 0.02;

  private final JudgedMetric metric;
  private final RolloutPlan plan;
  private final AlphaShares parts;
  private final boolean swapped;
  private final CircuitBreaker breaker;

  /** Tests of a regression by the share they are asked about, arms changed over where swapped. */
  private final Map<Double, RateTest> regressions = new HashMap<>();

  MetricJudge(JudgedMetric metric, RolloutPlan plan) {
    this.metric = metric;
    this.plan = plan;
    this.parts = new AlphaShares(plan.alpha(), plan.stages().size());
    this.swapped = metric.better() == Direction.HIGHER;
    this.breaker =
        new CircuitBreaker(Math.clamp(metric.plan().limit(), LEAST_LIMIT, 1 - LEAST_LIMIT));
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

  /** A look's figures and what is kept of them. */
  record Look(MetricState state, MetricReading reading) {}

  /** Looks at the metric; nothing is decided here. */
  Look look(
      @Nullable MetricEvidence evidence,
      @Nullable MetricState before,
      Round round,
      Duration elapsed,
      ArmCounts exposed) {
    ArmCounts users = evidence instanceof Events events ? events.stage() : ArmCounts.NONE;
    MetricState state = begun(before, round, users);
    return switch (evidence) {
      case null -> new Look(state, unseen(state, exposed));
      case Measured measured -> measured(measured, state, exposed);
      case Events events when metric.plan().role() == MetricPlan.Role.CIRCUIT_BREAKER ->
          breaker(events, state);
      case Events events -> events(events, state, round, elapsed);
    };
  }

  private MetricState begun(@Nullable MetricState before, Round round, ArmCounts users) {
    if (before != null && !round.begins()) {
      return before;
    }
    Duration planned = plan.stage(round.stage()).dwell();
    double weight = weight();
    if (before != null && round.extended() && isBreaker()) {
      // Users exposed before it may still fail: a breaker goes on with the process of its stage.
      return before;
    }
    Latch run = before == null ? Latch.of(runPart(weight)) : before.run();
    if (isBreaker()) {
      run = CircuitBreaker.unbrokenControl();
    }
    Latch stage = Latch.of(stagePart(weight, round.repeat()));
    return new MetricState(
        run,
        before != null && before.stage().fired() ? before.stage() : stage,
        StageProcess.planned(planned),
        round.repeat() == 0 ? ArmCounts.NONE : users,
        before == null || round.entered() ? Optional.empty() : before.horizon(),
        Optional.empty());
  }

  /** Success metrics roll nothing back; theirs are shown as one guardrail's alone would be. */
  private double weight() {
    return metric.plan().weight() > 0 ? metric.plan().weight() : 1;
  }

  private double runPart(double weight) {
    return metric.kind() == JudgedMetric.Kind.EVENT
        ? parts.run(weight)
        : AlphaPlan.measured(parts, weight);
  }

  private double stagePart(double weight, int repeat) {
    double planned = isBreaker() ? AlphaPlan.breaker(parts, weight) : parts.stage(weight);
    return repeat == 0 ? planned : planned * AlphaShares.repeatPart(repeat);
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

  private Look events(Events events, MetricState before, Round round, Duration elapsed) {
    StagePlan stage = plan.stage(round.stage());
    ArmCounts users = events.stage().since(before.base());
    StageProcess process = before.process().at(elapsed.minus(round.begun()), users);
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
    boolean byRun =
        looked.logRun() - after.run().threshold() >= looked.logStage() - after.stage().threshold();
    boolean worse =
        looked.logRun() >= after.run().threshold()
            || looked.logStage() >= after.stage().threshold();
    String sentence =
        byRun
            ? sentence(events.run().users(), events.runExposed(), looked.logRun())
            : sentence(events.stage(), events.stageExposed(), looked.logStage());
    return new Look(
        after,
        new MetricReading(
            metric,
            Optional.of(events.stage()),
            events.stageExposed(),
            looked.logRun(),
            after.run().threshold(),
            looked.logStage(),
            after.stage().threshold(),
            false,
            after.run().fired() || after.stage().fired(),
            worse,
            Optional.empty(),
            sentence));
  }

  private Looked computed(Events events, StagePlan stage, StageProcess process, ArmCounts users) {
    RunProcess run = swapped ? events.run().swapped() : events.run();
    double logRun = run.logE(this::regression);
    double logStage = 0;
    if (!stage.share().isAll()) {
      StageProcess oriented =
          swapped
              ? new StageProcess(
                  process.interval(),
                  process.restarts(),
                  process.marks().stream().map(ArmCounts::swapped).toList())
              : process;
      double share = oriented(Judge.treatmentShare(stage.share()));
      logStage = oriented.logE(regression(share), oriented(users));
    }
    return new Looked(events.run(), users, logRun, logStage);
  }

  private String sentence(ArmCounts users, ArmCounts exposed, double logE) {
    double margin = metric.plan().margin();
    return key()
        + ": "
        + arms(users, exposed)
        + odds(logE, "no regression" + (margin > 0 ? " beyond " + Words.percent(margin) : ""));
  }

  private static String arms(ArmCounts users, ArmCounts exposed) {
    return "%s of %s treatment users against %s of %s"
        .formatted(
            Words.count(users.treatment()),
            Words.count(exposed.treatment()),
            Words.count(users.control()),
            Words.count(exposed.control()));
  }

  private static String odds(double logE, String claim) {
    return logE > 0
        ? "; odds " + Words.odds(logE) + " against " + claim
        : "; nothing speaks against " + claim;
  }

  private Look breaker(Events events, MetricState before) {
    ArmCounts users = events.stage();
    ArmCounts exposed = events.stageExposed();
    double logE = breaker.logE(users, exposed);
    Latch control = before.run().after(breaker.controlLogE(users, exposed));
    Latch latch = before.stage().after(logE);
    String sentence =
        "%s: %s of %s treatment users%s%s"
            .formatted(
                key(),
                Words.count(users.treatment()),
                Words.count(exposed.treatment()),
                exposed.control() == 0
                    ? ""
                    : ", %s of %s of the control"
                        .formatted(Words.count(users.control()), Words.count(exposed.control())),
                odds(logE, "a share of at most " + Words.percent(metric.plan().limit())));
    return new Look(
        new MetricState(
            control, latch, before.process(), before.base(), before.horizon(), before.looked()),
        new MetricReading(
            metric,
            Optional.of(users),
            exposed,
            0,
            control.threshold(),
            logE,
            latch.threshold(),
            CircuitBreaker.state(latch, control) == CircuitBreaker.State.BOTH_BROKEN,
            latch.fired(),
            logE >= latch.threshold(),
            Optional.empty(),
            sentence));
  }

  private Look measured(Measured measured, MetricState before, ArmCounts exposed) {
    Latch latch = before.run().after(measured.logRegression());
    double margin = metric.plan().margin();
    String sentence =
        key()
            + ": "
            + measured.words()
            + odds(
                measured.logRegression(),
                "no regression" + (margin > 0 ? " beyond " + Words.percent(margin) : ""));
    return new Look(
        new MetricState(
            latch,
            before.stage(),
            before.process(),
            before.base(),
            before.horizon(),
            before.looked()),
        new MetricReading(
            metric,
            Optional.empty(),
            exposed,
            measured.logRegression(),
            latch.threshold(),
            0,
            before.stage().threshold(),
            false,
            latch.fired(),
            measured.logRegression() >= latch.threshold(),
            Optional.empty(),
            sentence));
  }

  private MetricReading unseen(MetricState state, ArmCounts exposed) {
    return new MetricReading(
        metric,
        Optional.empty(),
        exposed,
        0,
        state.run().threshold(),
        0,
        state.stage().threshold(),
        false,
        state.run().fired() || state.stage().fired(),
        false,
        Optional.empty(),
        key() + ": no outcomes yet");
  }

  /** What a guardrail's stage shows of its margins; empty where it is no event with a control. */
  Optional<NonInferiority.Shown> within(Events events, StagePlan stage) {
    if (stage.share().isAll()) {
      return Optional.empty();
    }
    double absolute = metric.absoluteMargin();
    NonInferiority question =
        new NonInferiority(
            oriented(Judge.treatmentShare(stage.share())),
            metric.plan().margin(),
            absolute > 0 ? OptionalDouble.of(absolute) : OptionalDouble.empty(),
            plan.alphaP(),
            Math.max(NonInferiority.USUAL_USERS, (double) stage.minimumUsers()));
    return Optional.of(question.look(oriented(events.stage()), oriented(events.stageExposed())));
  }

  /** Whether rates of requests are within the margin too, where they have to be. */
  boolean requestsWithin(Events events) {
    double control =
        (double) events.stage().control() / Math.max(1, events.stageExposed().control());
    return control <= COMMON_EVENT
        || (events.requestsWorse().isPresent()
            && events.requestsWorse().getAsDouble() <= metric.plan().margin());
  }

  /** Whether an event shows in the stage that the treatment is better by its margin. */
  boolean isSuperior(Events events, StagePlan stage) {
    if (stage.share().isAll()) {
      return false;
    }
    // Better is what a regression would be with the arms changed over.
    double share = 1 - oriented(Judge.treatmentShare(stage.share()));
    double logE =
        RateTest.regression(share, metric.plan().margin()).logE(oriented(events.stage()).swapped());
    return logE >= AlphaShares.threshold(plan.alphaP());
  }

  /** All metrics of a plan. */
  static List<MetricJudge> of(RolloutPlan plan, List<JudgedMetric> metrics) {
    return metrics.stream().map(metric -> new MetricJudge(metric, plan)).toList();
  }
}
