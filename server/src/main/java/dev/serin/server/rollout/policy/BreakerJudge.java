package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.BreakerProcess;
import dev.serin.server.analysis.count.CircuitBreaker;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.Mended;
import dev.serin.server.analysis.count.RateTest;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.StageProcess;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.policy.JudgeState.Counted;
import dev.serin.server.rollout.policy.JudgeState.Looked;
import dev.serin.server.rollout.policy.JudgeState.MetricState;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one circuit breaker: at the treatment's share of users with the event against the limit,
 * and at the treatment against the control. Both are one process in each stage, which goes on
 * through its repeats and extensions.
 */
final class BreakerJudge {
  /**
   * Limits may not be 0 or 1 in a likelihood. Below one in a million a smaller limit decides
   * nothing else: one failing user is too many.
   */
  private static final double LEAST_LIMIT = 1e-6;

  private final JudgedMetric metric;
  private final AlphaPlan alpha;
  private final CircuitBreaker breaker;

  BreakerJudge(JudgedMetric metric, AlphaPlan alpha) {
    this.metric = metric;
    this.alpha = alpha;
    this.breaker =
        new CircuitBreaker(Math.clamp(metric.plan().limit(), LEAST_LIMIT, 1 - LEAST_LIMIT));
  }

  /**
   * What is kept where a stage begins; in its repeats and extensions it goes on, with more
   * restarts.
   */
  MetricState begun(@Nullable MetricState before, Round round) {
    if (before != null && !round.entered()) {
      return round.begun() ? extended(before, round) : before;
    }
    double part = alpha.stage(metric, 0);
    return new MetricState(
        CircuitBreaker.comparison(part),
        Latch.of(part),
        0,
        StageProcess.extensible(round.planned()),
        ArmCounts.NONE,
        Counted.NONE,
        BreakerProcess.begin(),
        Mended.NEITHER,
        Optional.empty(),
        Optional.empty());
  }

  private static MetricState extended(MetricState before, Round round) {
    return new MetricState(
        before.run(),
        before.stage(),
        0,
        before.process().extended(round.extension(), round.planned()),
        ArmCounts.NONE,
        Counted.NONE,
        before.limit(),
        before.mended(),
        Optional.empty(),
        before.looked());
  }

  /**
   * Looks.
   *
   * @param comparison with the control; empty: there is none
   */
  MetricJudge.Look look(
      Events events, MetricState before, Round round, Optional<RateTest> comparison) {
    ArmCounts users = events.stage();
    ArmCounts exposed = events.stageExposed();
    StageProcess process =
        comparison
            .map(it -> before.process().at(round.elapsed(), users, it))
            .orElse(before.process());
    boolean isSame =
        before
            .looked()
            .filter(last -> last.stage().equals(users) && last.exposed().equals(exposed))
            .filter(last -> last.since().equals(events.since()))
            .isPresent();
    BreakerProcess limit =
        isSame
            ? before.limit()
            : before.limit().at(breaker, events.since(), round.extension(), round.planned());
    Looked looked =
        isSame
            ? before.looked().get()
            : new Looked(
                new RunProcess(List.of()),
                users,
                exposed,
                events.since(),
                breaker.logE(users, exposed),
                comparison.map(it -> process.logE(it, users)).orElse(0.0));
    double logE = limit.logE(looked.logRun());
    double logWorse = looked.logStage();
    boolean isBeyond = logE >= before.stage().threshold();
    // Where there is no outage there is nothing that may be over.
    Mended mended = isBeyond ? breaker.mended(before.mended(), events.since()) : before.mended();
    MetricState after =
        new MetricState(
            before.run().after(logWorse),
            before.stage().after(logE),
            0,
            process,
            ArmCounts.NONE,
            Counted.NONE,
            limit,
            mended,
            Optional.empty(),
            Optional.of(looked));
    CircuitBreaker.State state =
        breaker.state(
            isBeyond,
            comparison.isEmpty() || logWorse >= after.run().threshold(),
            users,
            exposed,
            events.since(),
            mended);
    Finding.Seen seen = new Finding.OfTreatment(users, exposed, round.thinned());
    return new MetricJudge.Look(after, reading(events, seen, after, logE, logWorse, state));
  }

  private MetricReading reading(
      Events events,
      Finding.Seen seen,
      MetricState after,
      double logE,
      double logWorse,
      CircuitBreaker.State state) {
    Finding finding =
        new Finding(
            metric.plan().metric(),
            seen,
            Optional.of(new Finding.Odds(logE, after.stage(), metric.plan().limit(), true)));
    boolean isBeyond = state != CircuitBreaker.State.QUIET;
    return new MetricReading(
        metric,
        Optional.of(events.stage()),
        events.stageExposed(),
        logWorse,
        after.run().threshold(),
        logE,
        after.stage().threshold(),
        Optional.of(state),
        Optional.empty(),
        isBeyond,
        isBeyond,
        Optional.empty(),
        finding);
  }
}
