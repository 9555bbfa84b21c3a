package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a person's command does. */
final class CommandRules {
  private static final String LIFT_FIRST = "the kill switch is set: revive the feature first";
  private static final String RESUME_FIRST = "paused: resume it first";

  /**
   * Who wants it back from a run that is completed is in a hurry, and a new run does not do that.
   */
  private static final String TREATMENT_LEFT =
      "the run is over (COMPLETED) and everybody has the treatment: the feature's kill switch ends"
          + " that at once, a new run begins with its first stage";

  private static final String NOT_BEGUN = "not begun: start it first";

  private final RolloutPlan plan;

  CommandRules(RolloutPlan plan) {
    this.plan = plan;
  }

  Step apply(MachineState state, Command command, Instant now) {
    if (command.gate().isPresent() && command.kind() != CommandKind.APPROVE) {
      return new Step.Refused("a gate is named by an approval only: leave it out");
    }
    return switch (command.kind()) {
      case START -> start(state, command, now);
      case PAUSE -> pause(state, command, now);
      case RESUME -> resume(state, command, now);
      case APPROVE -> approve(state, command, now);
      case ADVANCE -> advance(state, command, now);
      case PROMOTE -> promote(state, command, now);
      case ROLL_BACK -> rollBack(state, command, now);
      case CANCEL -> cancel(state, command, now);
      case KILL -> kill(state, command, now);
      case REVIVE -> revive(state, command, now);
    };
  }

  private Step start(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> {
        if (state.killed()) {
          yield new Step.Refused(LIFT_FIRST);
        }
        Draft draft = draft(state, command, now);
        yield plan.stage(1).gates().isEmpty()
            ? moved(draft.enter(1), command, "started: " + Draft.named(plan, 1))
            : moved(draft.waitAt(0), command, "started");
      }
      case GATE, RUNNING, HOLDING, PAUSED -> new Step.Stayed("started already");
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> over(state);
    };
  }

  private Step pause(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused(NOT_BEGUN);
      case GATE, RUNNING -> moved(draft(state, command, now).pause(), command, "paused");
      case HOLDING ->
          state.killed()
              ? new Step.Refused(LIFT_FIRST)
              : moved(draft(state, command, now).pause(), command, "paused");
      case PAUSED -> new Step.Stayed("paused already");
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> over(state);
    };
  }

  private Step resume(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused(NOT_BEGUN);
      case GATE ->
          state.gateRefused()
              ? moved(draft(state, command, now).askAgain(), command, "the gate is asked again")
              : new Step.Stayed("not paused");
      case RUNNING -> new Step.Stayed("not paused");
      case HOLDING ->
          switch (state.hold()) {
            case KILLED -> new Step.Refused(LIFT_FIRST);
            case MAXIMUM ->
                moved(
                    draft(state, command, now).repeat(),
                    command,
                    Draft.named(plan, state.stage()) + " is repeated");
            case FROZEN ->
                new Step.Refused(
                    "frozen, and goes on by itself when the freeze ends; advance goes on without");
            case VERDICT, STALE_EVIDENCE, NONE ->
                new Step.Refused(
                    "held by what the evidence says, and goes on by itself where that can end (an"
                        + " alarm that stays does not); advance goes on without");
          };
      case PAUSED -> moved(draft(state, command, now).resume(), command, "resumed");
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> over(state);
    };
  }

  private Step approve(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused(NOT_BEGUN);
      case GATE, RUNNING, HOLDING, PAUSED ->
          command
              .gate()
              .flatMap(gate -> notTheOpenOne(state, gate))
              .orElseGet(() -> approveOpen(state, command, now));
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> over(state);
    };
  }

  /** What is to be said of an approval of a gate that is not, or no longer, the one to pass. */
  private Optional<Step> notTheOpenOne(MachineState state, GateOf gate) {
    boolean known =
        gate.stage() >= 1
            && gate.stage() <= plan.stages().size()
            && gate.gate() >= 0
            && gate.gate() < plan.stage(gate.stage()).gates().size();
    if (!known) {
      return Optional.of(new Step.Refused("the plan has no " + gate + ": see its stages"));
    }
    int next = state.stage() + 1;
    boolean here = state.waiting() && gate.stage() == next;
    if (gate.stage() < next || (here && gate.gate() < state.gate())) {
      return Optional.of(new Step.Stayed(gate + " is passed already"));
    }
    return here && gate.gate() == state.gate()
        ? Optional.empty()
        : Optional.of(new Step.Refused(gate + " is not open yet: wait until it is"));
  }

  private Step approveOpen(MachineState state, Command command, Instant now) {
    if (state.killed()) {
      return new Step.Refused(LIFT_FIRST);
    }
    if (state.paused()) {
      return new Step.Refused(RESUME_FIRST);
    }
    if (state.phase() != Phase.GATE) {
      return new Step.Refused("no gate waits for an approval");
    }
    List<GatePlan> gates = plan.stage(state.stage() + 1).gates();
    if (state.gate() >= gates.size()) {
      return new Step.Stayed("all gates are passed");
    }
    GatePlan gate = gates.get(state.gate());
    return gate instanceof GatePlan.Approval
        ? moved(draft(state, command, now).waitAt(state.gate() + 1), command, "approved")
        : new Step.Refused(
            "the gate waits for " + gate.awaited() + ", no approval; advance goes on without");
  }

  private Step advance(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused(NOT_BEGUN);
      case GATE, RUNNING -> next(state, command, now);
      case HOLDING -> state.killed() ? new Step.Refused(LIFT_FIRST) : next(state, command, now);
      case PAUSED -> new Step.Refused(RESUME_FIRST);
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> over(state);
    };
  }

  private Step next(MachineState state, Command command, Instant now) {
    int next = state.stage() + 1;
    Draft draft = draft(state, command, now);
    return next > plan.stages().size()
        ? moved(draft.complete(), command, "completed")
        : moved(draft.enter(next), command, "advanced to " + Draft.named(plan, next));
  }

  private Step promote(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused(NOT_BEGUN);
      case GATE, RUNNING -> last(state, command, now);
      case HOLDING -> state.killed() ? new Step.Refused(LIFT_FIRST) : last(state, command, now);
      case PAUSED -> new Step.Refused(RESUME_FIRST);
      case COMPLETED -> new Step.Stayed("everybody has the treatment already");
      case ROLLING_BACK, ROLLED_BACK, CANCELLED -> over(state);
    };
  }

  private Step last(MachineState state, Command command, Instant now) {
    int last = plan.stages().size();
    return state.stage() == last
        ? new Step.Stayed("everybody has the treatment already; advance ends the bake time")
        : moved(
            draft(state, command, now).enter(last),
            command,
            "promoted to " + Draft.named(plan, last));
  }

  private Step rollBack(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING -> new Step.Refused("nothing is served yet: cancel ends it");
      case GATE, RUNNING, HOLDING, PAUSED ->
          moved(draft(state, command, now).rollBack(), command, "rolled back");
      case ROLLING_BACK, ROLLED_BACK -> new Step.Stayed("rolled back already");
      case COMPLETED -> new Step.Refused(TREATMENT_LEFT);
      case CANCELLED -> over(state);
    };
  }

  private Step cancel(MachineState state, Command command, Instant now) {
    return switch (state.phase()) {
      case PENDING, GATE, RUNNING, HOLDING, PAUSED ->
          moved(draft(state, command, now).cancel(), command, "cancelled");
      case CANCELLED -> new Step.Stayed("cancelled already");
      case COMPLETED -> new Step.Refused(TREATMENT_LEFT);
      case ROLLING_BACK, ROLLED_BACK -> over(state);
    };
  }

  private Step kill(MachineState state, Command command, Instant now) {
    if (state.killed()) {
      return new Step.Stayed("the kill switch is set already");
    }
    return switch (state.phase()) {
      case PENDING, GATE, RUNNING, HOLDING, PAUSED ->
          moved(draft(state, command, now).kill(), command, "the kill switch was set");
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED ->
          new Step.Stayed("the run serves no share any more: the kill switch acts by itself");
    };
  }

  private Step revive(MachineState state, Command command, Instant now) {
    if (!state.killed()) {
      return new Step.Stayed("the kill switch is not set");
    }
    return switch (state.phase()) {
      case PENDING, GATE, RUNNING, HOLDING, PAUSED ->
          moved(draft(state, command, now).revive(), command, "the kill switch was lifted");
      case ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED ->
          new Step.Stayed("the run serves no share any more: the kill switch acts by itself");
    };
  }

  private static Step over(MachineState state) {
    return new Step.Refused(
        state.phase() == Phase.ROLLING_BACK
            ? "it is being rolled back, and nothing stops that: start a new run"
            : "the run is over (" + state.phase() + "): start a new run");
  }

  private static Step moved(Draft draft, Command command, String what) {
    String reason = command.reason().isEmpty() ? what : what + ": " + command.reason();
    return draft.moved(command, command.actor(), reason);
  }

  private Draft draft(MachineState state, Command command, Instant now) {
    return new Draft(plan, state, now, command.sinceLook());
  }
}
