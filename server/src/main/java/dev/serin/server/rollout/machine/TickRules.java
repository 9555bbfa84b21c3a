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
 * What a look at the evidence does. The order on every tick: roll back; leave out what nobody saw;
 * hold as the evidence is old or the verdict says so; promote, or hold where a freeze is in the
 * way; the stage's maximum; a new period; else stay.
 */
final class TickRules {
  private final RolloutPlan plan;

  TickRules(RolloutPlan plan) {
    this.plan = plan;
  }

  Step apply(MachineState state, Tick tick, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Stayed("not begun");
      case GATE -> first(state, tick, now).orElseGet(() -> atGate(state, tick, now));
      case RUNNING -> first(state, tick, now).orElseGet(() -> running(state, tick, now));
      case HOLDING -> first(state, tick, now).orElseGet(() -> holding(state, tick, now));
      case PAUSED ->
          first(state, tick, now)
              .orElseGet(() -> new Step.Stayed("paused until a person resumes it"));
      case ROLLING_BACK -> new Step.Stayed("waits for every holder to serve the control");
      case ROLLED_BACK, COMPLETED, CANCELLED -> new Step.Stayed("the run is over");
    };
  }

  /** What comes first wherever the treatment may be served; empty: nothing of it. */
  private Optional<Step> first(MachineState state, Tick tick, Instant now) {
    if (tick.verdict().action() == Action.ROLL_BACK && state.stage() > 0) {
      return Optional.of(
          draft(state, now)
              .rollBack()
              .moved(tick, RolloutMachine.SERIN, tick.verdict().sentence()));
    }
    Duration unseen = unseen(state, tick, now);
    if (!unseen.isPositive()) {
      return Optional.empty();
    }
    return Optional.of(
        draft(state, now)
            .forget(unseen)
            .moved(
                tick,
                RolloutMachine.SERIN,
                "nobody looked for " + PlanText.time(unseen) + ", which counts for nothing"));
  }

  /** What passed without a look since the last entry, but for what a look covers; 0: nothing. */
  private static Duration unseen(MachineState state, Tick tick, Instant now) {
    Duration passed = state.sinceEntry(now);
    Duration gap = tick.sinceLook().compareTo(passed) < 0 ? tick.sinceLook() : passed;
    return state.isTimed() && gap.compareTo(RolloutMachine.FRESH) > 0
        ? gap.minus(RolloutMachine.FRESH)
        : Duration.ZERO;
  }

  private Step atGate(MachineState state, Tick tick, Instant now) {
    int next = state.stage() + 1;
    List<GatePlan> gates = plan.stage(next).gates();
    if (state.gate() < gates.size()) {
      GatePlan gate = gates.get(state.gate());
      if (gate instanceof GatePlan.Bake bake) {
        Duration left = bake.time().minus(state.timeAtGate(now));
        if (!left.isPositive()) {
          return draft(state, now)
              .waitAt(state.gate() + 1)
              .moved(tick, RolloutMachine.SERIN, gate.awaited() + " is over");
        }
      }
      return new Step.Stayed(
          state.gateRefused()
              ? gate.awaited() + " refused; resume asks again, advance goes on without"
              : "waits for " + gate.awaited());
    }
    if (state.stage() > 0 && tick.verdict().action() == Action.HOLD) {
      return new Step.Stayed("all gates are passed, held: " + tick.verdict().sentence());
    }
    if (state.stage() > 0 && isStale(tick)) {
      return new Step.Stayed("all gates are passed, held: " + stale(tick));
    }
    Optional<Instant> frozenUntil = plan.frozenUntil(now);
    if (frozenUntil.isPresent()) {
      return new Step.Stayed(frozen(frozenUntil.get(), tick));
    }
    return draft(state, now)
        .enter(next)
        .moved(
            tick,
            RolloutMachine.SERIN,
            "all gates are passed: " + Draft.named(plan, next) + " begins");
  }

  private Step running(MachineState state, Tick tick, Instant now) {
    Verdict verdict = tick.verdict();
    if (isStale(tick)) {
      return draft(state, now)
          .holdAsStale(tick.evidenceAge())
          .moved(tick, RolloutMachine.SERIN, stale(tick));
    }
    if (verdict.action() == Action.HOLD) {
      return draft(state, now)
          .holdFor(HoldCause.VERDICT, verdict.reason())
          .moved(tick, RolloutMachine.SERIN, verdict.sentence());
    }
    StagePlan stage = plan.stage(state.stage());
    Duration dwell = state.dwell(now);
    boolean dwelt = dwell.compareTo(stage.dwell()) >= 0;
    boolean promoted = verdict.action() == Action.PROMOTE && dwelt;
    if (promoted) {
      return upwards(state, tick, now, verdict.sentence());
    }
    if (isAtMaximum(state, stage, now)) {
      return switch (stage.atMaximum()) {
        case SHIP ->
            upwards(state, tick, now, atMaximum(stage) + ", and ships: " + verdict.sentence());
        case ROLL_BACK -> rollBackAtMaximum(state, tick, now, stage);
        case HOLD ->
            draft(state, now)
                .holdOverdue()
                .moved(
                    tick,
                    RolloutMachine.SERIN,
                    atMaximum(stage) + ", and waits for a person: " + verdict.sentence());
      };
    }
    if (isPeriodOver(state.period(), stage, dwell)) {
      return draft(state, now)
          .extend()
          .moved(tick, RolloutMachine.SERIN, "extended: " + verdict.sentence());
    }
    return new Step.Stayed(
        dwelt
            ? verdict.sentence()
            : "dwells for " + Draft.left(stage.dwell(), dwell) + " more: " + verdict.sentence());
  }

  private Step holding(MachineState state, Tick tick, Instant now) {
    if (state.hold() == HoldCause.KILLED) {
      return new Step.Stayed("the kill switch is set");
    }
    StagePlan stage = plan.stage(state.stage());
    if (state.hold() == HoldCause.MAXIMUM) {
      return new Step.Stayed(atMaximum(stage) + ", and waits for a person");
    }
    Optional<Instant> frozenUntil =
        state.hold() == HoldCause.FROZEN ? plan.frozenUntil(now) : Optional.empty();
    if (frozenUntil.isPresent()) {
      return new Step.Stayed(frozen(frozenUntil.get(), tick));
    }
    Verdict verdict = tick.verdict();
    boolean stale = isStale(tick);
    if (!stale && verdict.action() != Action.HOLD) {
      return draft(state, now)
          .run()
          .moved(tick, RolloutMachine.SERIN, "goes on: " + verdict.sentence());
    }
    if (isAtMaximum(state, stage, now)) {
      switch (stage.atMaximum()) {
        case ROLL_BACK -> {
          return rollBackAtMaximum(state, tick, now, stage);
        }
        case HOLD -> {
          return draft(state, now)
              .holdOverdue()
              .moved(
                  tick,
                  RolloutMachine.SERIN,
                  atMaximum(stage) + ", and waits for a person: " + why(tick));
        }
        case SHIP -> {
          // Not on evidence that cannot be trusted: it ships when the hold ends.
        }
      }
    }
    HoldCause cause = stale ? HoldCause.STALE_EVIDENCE : HoldCause.VERDICT;
    String reason = stale ? "" : verdict.reason();
    if (cause == state.hold() && reason.equals(state.holdReason())) {
      return new Step.Stayed(why(tick));
    }
    return draft(state, now).holdFor(cause, reason).moved(tick, RolloutMachine.SERIN, why(tick));
  }

  /** Leaves the stage upwards: to its successor's gates, to it, or to the end. */
  private Step upwards(MachineState state, Tick tick, Instant now, String why) {
    if (state.stage() == plan.stages().size()) {
      return draft(state, now).complete().moved(tick, RolloutMachine.SERIN, why);
    }
    int next = state.stage() + 1;
    if (!plan.stage(next).gates().isEmpty()) {
      return draft(state, now).waitAt(0).moved(tick, RolloutMachine.SERIN, why);
    }
    Optional<Instant> frozenUntil = plan.frozenUntil(now);
    return frozenUntil.isPresent()
        ? draft(state, now)
            .holdFor(HoldCause.FROZEN, "")
            .moved(tick, RolloutMachine.SERIN, frozen(frozenUntil.get(), tick))
        : draft(state, now).enter(next).moved(tick, RolloutMachine.SERIN, why);
  }

  private static String frozen(Instant until, Tick tick) {
    return "frozen until " + until + ": " + why(tick);
  }

  private Step rollBackAtMaximum(MachineState state, Tick tick, Instant now, StagePlan stage) {
    return draft(state, now)
        .rollBack()
        .moved(tick, RolloutMachine.SERIN, atMaximum(stage) + ", and is rolled back: " + why(tick));
  }

  private Draft draft(MachineState state, Instant now) {
    return new Draft(plan, state, now);
  }

  /** Periods double, so that a stage of many dwells has few: 1, 2, 4, … times the dwell. */
  private static boolean isPeriodOver(Period period, StagePlan stage, Duration dwell) {
    // The statistics end where the control does, and a stage without a planned length has no
    // period that could be over.
    boolean judged = stage.kind() != StagePlan.Kind.FULL && stage.dwell().isPositive();
    return judged && dwell.compareTo(period.until()) >= 0;
  }

  private static boolean isAtMaximum(MachineState state, StagePlan stage, Instant now) {
    return stage.maximum().filter(max -> state.timeInStage(now).compareTo(max) >= 0).isPresent();
  }

  private static boolean isStale(Tick tick) {
    return tick.evidenceAge().compareTo(RolloutMachine.FRESH) > 0;
  }

  private static String why(Tick tick) {
    return isStale(tick) ? stale(tick) : tick.verdict().sentence();
  }

  private static String stale(Tick tick) {
    return "evidence is "
        + PlanText.time(tick.evidenceAge())
        + " old (expected: at most "
        + PlanText.time(RolloutMachine.FRESH)
        + ")";
  }

  private static String atMaximum(StagePlan stage) {
    return "reached its maximum of " + PlanText.time(stage.maximum().orElse(Duration.ZERO));
  }
}
