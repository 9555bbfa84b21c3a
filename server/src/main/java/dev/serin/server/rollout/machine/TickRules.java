package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.PlanText;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a look at the evidence does. What nobody saw is left out of all times first; then, on every
 * tick, in this order: roll back; hold as the evidence is old or the verdict says so; promote, or
 * hold where a freeze is in the way; the stage's maximum; and where none of that moves the run, a
 * new period, or an entry of what nobody saw; else stay.
 *
 * <p>Verdicts that come and go at the rate of ticks would fill the log, two entries a second. So a
 * hold that is not a stage's first lasts for a while before a tick ends it or gives it another
 * reason: {@link #leastHold}. In a stage of length T holds write at most {@code 2 * (8 + T / 5
 * min)} entries.
 */
final class TickRules {
  private static final Duration SHORTEST_HOLD = Duration.ofSeconds(10);

  /** Doublings of the shortest hold after which it is no less than the longest. */
  private static final int DOUBLINGS = 5;

  private static final Duration LONGEST_LEAST_HOLD = Duration.ofMinutes(5);

  private final RolloutPlan plan;

  TickRules(RolloutPlan plan) {
    this.plan = plan;
  }

  Step apply(MachineState state, Tick tick, Instant now) {
    Look look = new Look(plan, state, tick, now, state.seen(now, tick.sinceLook()));
    if (look.action() == Action.ROLL_BACK && state.stage() > 0 && isServing(state.phase())) {
      return look.moved(look.draft().rollBack(), look.sentence());
    }
    return switch (state.phase()) {
      case PENDING -> new Step.Stayed("not begun");
      case GATE -> orPassTime(atGate(look), look);
      case RUNNING -> orPassTime(running(look), look);
      case HOLDING -> orPassTime(holding(look), look);
      case PAUSED -> orPassTime(new Step.Stayed("paused until a person resumes it"), look);
      case ROLLING_BACK -> new Step.Stayed("waits for every holder to serve the control");
      case ROLLED_BACK, COMPLETED, CANCELLED -> new Step.Stayed("the run is over");
    };
  }

  private static boolean isServing(Phase phase) {
    return phase != Phase.PENDING && phase != Phase.ROLLING_BACK && !phase.isOver();
  }

  /** What passing time does in every phase, where nothing else moves the run. */
  private static Step orPassTime(Step step, Look look) {
    if (!(step instanceof Step.Stayed stayed)) {
      return step;
    }
    if (look.state.isServed() && look.state.period().isOver(look.times)) {
      return look.moved(look.draft().extend(), "extended: " + stayed.because());
    }
    Duration unseen = look.state.unseen(look.now, look.tick.sinceLook());
    return look.state.isTimed() && unseen.isPositive()
        ? look.moved(
            look.draft(),
            "nobody looked for "
                + PlanText.time(unseen)
                + ", which counts for nothing: "
                + stayed.because())
        : stayed;
  }

  private Step atGate(Look look) {
    MachineState state = look.state;
    int next = state.stage() + 1;
    List<GatePlan> gates = plan.stage(next).gates();
    if (state.gate() < gates.size()) {
      GatePlan gate = gates.get(state.gate());
      if (gate instanceof GatePlan.Bake bake && look.times.atGate().compareTo(bake.time()) >= 0) {
        return look.moved(look.draft().waitAt(state.gate() + 1), gate.awaited() + " is over");
      }
      return new Step.Stayed(
          state.gateRefused()
              ? gate.awaited() + " refused; resume asks again, advance goes on without"
              : "waits for " + gate.awaited());
    }
    if (state.stage() > 0 && (look.action() == Action.HOLD || look.isStale())) {
      return new Step.Stayed(
          "all gates are passed, held: "
              + (look.action() == Action.HOLD ? look.sentence() : look.stale()));
    }
    Optional<Instant> frozenUntil = plan.frozenUntil(look.now);
    if (frozenUntil.isPresent()) {
      return new Step.Stayed(look.frozen(frozenUntil.get()));
    }
    return look.moved(
        look.draft().enter(next), "all gates are passed: " + Draft.named(plan, next) + " begins");
  }

  private Step running(Look look) {
    if (look.isStale()) {
      return look.moved(look.draft().holdAsStale(look.tick.evidenceAge()), look.stale());
    }
    if (look.action() == Action.HOLD) {
      return look.moved(
          look.draft().holdFor(HoldCause.VERDICT, look.tick.verdict().reason()), look.sentence());
    }
    StagePlan stage = plan.stage(look.state.stage());
    Duration dwell = look.times.dwell();
    boolean dwelt = dwell.compareTo(stage.dwell()) >= 0;
    if (look.action() == Action.PROMOTE && dwelt) {
      return upwards(look, look.sentence());
    }
    if (isAtMaximum(look, stage)) {
      return switch (stage.atMaximum()) {
        case SHIP -> upwards(look, atMaximum(stage) + ", and ships: " + look.sentence());
        case ROLL_BACK -> rollBackAtMaximum(look, stage);
        case HOLD -> holdAtMaximum(look, stage);
      };
    }
    return new Step.Stayed(
        dwelt
            ? look.sentence()
            : "dwells for " + Draft.left(stage.dwell(), dwell) + " more: " + look.sentence());
  }

  private Step holding(Look look) {
    MachineState state = look.state;
    StagePlan stage = plan.stage(Math.max(1, state.stage()));
    return switch (state.hold()) {
      case KILLED -> new Step.Stayed("the kill switch is set");
      case MAXIMUM -> new Step.Stayed(atMaximum(stage) + ", and waits for a person");
      case FROZEN -> {
        Optional<Instant> frozenUntil = plan.frozenUntil(look.now);
        yield frozenUntil.isPresent()
            ? new Step.Stayed(look.frozen(frozenUntil.get()))
            : heldByEvidence(look, stage);
      }
      case VERDICT, STALE_EVIDENCE, NONE -> heldByEvidence(look, stage);
    };
  }

  /** Of a hold that ends with what the evidence says, or would if it says no better. */
  private Step heldByEvidence(Look look, StagePlan stage) {
    MachineState state = look.state;
    boolean stale = look.isStale();
    Duration least = state.isHeldByEvidence() ? leastHold(state.holds()) : Duration.ZERO;
    boolean lasts = look.times.held().compareTo(least) < 0;
    if (!lasts && !stale && look.action() != Action.HOLD) {
      return look.moved(look.draft().run(), "goes on: " + look.sentence());
    }
    // What ships at its maximum ships when the hold ends: not on evidence that cannot be trusted.
    if (isAtMaximum(look, stage) && stage.atMaximum() == StagePlan.AtMaximum.ROLL_BACK) {
      return rollBackAtMaximum(look, stage);
    }
    if (isAtMaximum(look, stage) && stage.atMaximum() == StagePlan.AtMaximum.HOLD) {
      return holdAtMaximum(look, stage);
    }
    HoldCause cause = stale ? HoldCause.STALE_EVIDENCE : HoldCause.VERDICT;
    String reason = stale ? "" : look.tick.verdict().reason();
    if (cause == state.hold() && reason.equals(state.holdReason())) {
      return new Step.Stayed(look.why());
    }
    return lasts
        ? new Step.Stayed(
            "held "
                + state.holds()
                + " times in this stage, so for "
                + Draft.left(least, look.times.held())
                + " more: "
                + look.why())
        : look.moved(look.draft().holdFor(cause, reason), look.why());
  }

  /**
   * How long a hold lasts at least: the first of a stage for no time, the second for 10 s, each one
   * after it for twice as long, up to 5 minutes.
   *
   * @param holds which of the stage's it is, from 1
   */
  static Duration leastHold(int holds) {
    if (holds <= 1) {
      return Duration.ZERO;
    }
    int doublings = Math.min(holds - 2, DOUBLINGS);
    Duration least = SHORTEST_HOLD.multipliedBy(1L << doublings);
    return least.compareTo(LONGEST_LEAST_HOLD) < 0 ? least : LONGEST_LEAST_HOLD;
  }

  /** Leaves the stage upwards: to its successor's gates, to it, or to the end. */
  private Step upwards(Look look, String why) {
    if (look.state.stage() == plan.stages().size()) {
      return look.moved(look.draft().complete(), why);
    }
    int next = look.state.stage() + 1;
    if (!plan.stage(next).gates().isEmpty()) {
      return look.moved(look.draft().waitAt(0), why);
    }
    Optional<Instant> frozenUntil = plan.frozenUntil(look.now);
    return frozenUntil.isPresent()
        ? look.moved(look.draft().holdFrozen(), look.frozen(frozenUntil.get()))
        : look.moved(look.draft().enter(next), why);
  }

  private static Step rollBackAtMaximum(Look look, StagePlan stage) {
    return look.moved(
        look.draft().rollBack(), atMaximum(stage) + ", and is rolled back: " + look.why());
  }

  private static Step holdAtMaximum(Look look, StagePlan stage) {
    return look.moved(
        look.draft().holdOverdue(), atMaximum(stage) + ", and waits for a person: " + look.why());
  }

  private static boolean isAtMaximum(Look look, StagePlan stage) {
    return stage.maximum().filter(max -> look.times.inStage().compareTo(max) >= 0).isPresent();
  }

  private static String atMaximum(StagePlan stage) {
    return "reached its maximum of " + PlanText.time(stage.maximum().orElse(Duration.ZERO));
  }

  /**
   * A tick at a state.
   *
   * @param times of the state at the tick, what nobody saw left out
   */
  private record Look(RolloutPlan plan, MachineState state, Tick tick, Instant now, Times times) {
    Draft draft() {
      return new Draft(plan, state, now, tick.sinceLook());
    }

    Step moved(Draft draft, String reason) {
      return draft.moved(tick, RolloutMachine.SERIN, reason);
    }

    Action action() {
      return tick.verdict().action();
    }

    String sentence() {
      return tick.verdict().sentence();
    }

    boolean isStale() {
      return tick.evidenceAge().compareTo(RolloutMachine.FRESH) > 0;
    }

    String why() {
      return isStale() ? stale() : sentence();
    }

    String stale() {
      return "evidence is "
          + PlanText.time(tick.evidenceAge())
          + " old (expected: at most "
          + PlanText.time(RolloutMachine.FRESH)
          + ")";
    }

    String frozen(Instant until) {
      return "frozen until " + until + ": " + why();
    }
  }
}
