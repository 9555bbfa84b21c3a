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
 * What a look at the evidence does. The order on every tick: roll back; hold as the evidence is old
 * or the verdict says so; promote; the stage's maximum; a new period; else stay.
 */
final class TickRules {
  private final RolloutPlan plan;

  TickRules(RolloutPlan plan) {
    this.plan = plan;
  }

  Step apply(MachineState state, Tick tick, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Stayed("not begun");
      case GATE -> rollBackOr(state, tick, now, () -> atGate(state, tick, now));
      case RUNNING -> rollBackOr(state, tick, now, () -> running(state, tick, now));
      case HOLDING -> rollBackOr(state, tick, now, () -> holding(state, tick, now));
      case PAUSED ->
          rollBackOr(state, tick, now, () -> new Step.Stayed("paused until a person resumes it"));
      case ROLLING_BACK -> new Step.Stayed("waits for every holder to serve the control");
      case ROLLED_BACK, COMPLETED, CANCELLED -> new Step.Stayed("the run is over");
    };
  }

  /** What is left to be done where no roll back is asked for. */
  private interface Otherwise {
    Step step();
  }

  /** Rolls back where the verdict says so and the treatment was served; else goes on. */
  private Step rollBackOr(MachineState state, Tick tick, Instant now, Otherwise otherwise) {
    if (tick.verdict().action() == Action.ROLL_BACK && state.stage() > 0) {
      return draft(state, now)
          .rollBack()
          .moved(tick, RolloutMachine.SERIN, tick.verdict().sentence());
    }
    return otherwise.step();
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
    return obstacle(tick, now)
        .orElseGet(
            () ->
                draft(state, now)
                    .enter(next)
                    .moved(
                        tick,
                        RolloutMachine.SERIN,
                        "all gates are passed: " + Draft.named(plan, next) + " begins"));
  }

  private Step running(MachineState state, Tick tick, Instant now) {
    Verdict verdict = tick.verdict();
    if (isStale(tick)) {
      return draft(state, now)
          .holdAsStale(tick.evidenceAge(), RolloutMachine.FRESH)
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
                .holdFor(HoldCause.MAXIMUM, "")
                .moved(
                    tick,
                    RolloutMachine.SERIN,
                    atMaximum(stage) + ", and waits for a person: " + verdict.sentence());
      };
    }
    if (isPeriodOver(state, stage, dwell)) {
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
              .holdFor(HoldCause.MAXIMUM, "")
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
    return obstacle(tick, now)
        .orElseGet(() -> draft(state, now).enter(next).moved(tick, RolloutMachine.SERIN, why));
  }

  /** What stops traffic from rising by itself though everything has been shown. */
  private Optional<Step> obstacle(Tick tick, Instant now) {
    return plan.frozenUntil(now)
        .map(until -> new Step.Stayed("frozen until " + until + ": " + tick.verdict().sentence()));
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
  private boolean isPeriodOver(MachineState state, StagePlan stage, Duration dwell) {
    // The statistics end where the control does, and a stage without a planned length has no
    // period that could be over.
    boolean judged = stage.kind() != StagePlan.Kind.FULL && stage.dwell().isPositive();
    return judged
        && dwell.compareTo(stage.dwell().multipliedBy(1L << state.stageExtensions())) >= 0;
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
