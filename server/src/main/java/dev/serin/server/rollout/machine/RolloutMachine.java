package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What every event does to every state of a run of one plan. Pure, immutable, thread-safe.
 *
 * <p>Rules that hold throughout:
 *
 * <ul>
 *   <li>A verdict to roll back is obeyed in every phase that serves the treatment, paused, killed
 *       or waiting at a gate: pausing stops promotion, never protection.
 *   <li>Traffic rises by a tick whose verdict and age allow it, or by a person's command, and by
 *       nothing else. Freezes and the kill switch stop the former; the latter is refused while the
 *       kill switch is set.
 *   <li>Time is the log's: where the clock is behind the last entry it stands still, and where it
 *       jumps ahead, or nobody looked, a tick says so and the time counts for nothing.
 *   <li>A command that asks for what is so already changes nothing and is no error, so that it may
 *       be sent twice.
 * </ul>
 */
public final class RolloutMachine {
  /** Who acts where nobody asked for it. */
  public static final String SERIN = "serin";

  /** Oldest evidence that a stage is promoted on. */
  public static final Duration FRESH = Duration.ofSeconds(10);

  private final RolloutPlan plan;
  private final CommandRules commands;
  private final TickRules ticks;

  /** The machine of a plan. */
  public RolloutMachine(RolloutPlan plan) {
    this.plan = plan;
    this.commands = new CommandRules(plan);
    this.ticks = new TickRules(plan);
  }

  /** The plan. */
  public RolloutPlan plan() {
    return plan;
  }

  /**
   * What an event does.
   *
   * @param state as replaying the log gives it
   * @param now by any clock; before the last entry's time it counts as that
   */
  public Step apply(MachineState state, Event event, Instant now) {
    Instant time = state.floored(now);
    return switch (event) {
      case Command command -> commands.apply(state, command, time);
      case Tick tick -> ticks.apply(state, tick, time);
      case GateResult result -> gateResult(state, result, time);
      case HoldersAcknowledged acknowledged -> acknowledged(state, acknowledged, time);
    };
  }

  /**
   * The state that a log leads to. What an entry did must be what its event does; in which words it
   * was told may have changed since.
   *
   * @param made when the run was made
   * @param log all entries from the first on
   * @throws IllegalArgumentException where an entry is not what its event does: the log is of
   *     another plan, or not whole
   */
  public MachineState replay(Instant made, List<LogEntry> log) {
    MachineState state = MachineState.pending(made);
    for (LogEntry entry : log) {
      Step step = apply(state, entry.event(), entry.time());
      if (!(step instanceof Step.Moved moved) || !moved.entry().isSameMove(entry)) {
        throw new IllegalArgumentException(
            "entry " + entry.number() + ": " + entry + " (expected: " + step + ")");
      }
      state = moved.state();
    }
    return state;
  }

  private Step gateResult(MachineState state, GateResult result, Instant now) {
    if (state.phase() != Phase.GATE) {
      return new Step.Refused("no gate is open in " + state.phase());
    }
    List<GatePlan> gates = plan.stage(state.stage() + 1).gates();
    if (result.stage() != state.stage() + 1 || result.gate() != state.gate()) {
      return new Step.Refused(
          "an answer of gate "
              + (result.gate() + 1)
              + " before stage "
              + result.stage()
              + ", which is not open");
    }
    if (state.gate() >= gates.size()) {
      return new Step.Refused("all gates before stage " + result.stage() + " are passed");
    }
    GatePlan gate = gates.get(state.gate());
    boolean answers =
        switch (gate) {
          case GatePlan.Approval approval -> false;
          case GatePlan.Bake bake -> false;
          case GatePlan.Webhook webhook -> true;
          case GatePlan.RolloutCompleted completed -> true;
          case GatePlan.FeatureOn on -> true;
        };
    if (!answers) {
      return new Step.Refused("the gate waits for " + gate.awaited() + ", which has no answer");
    }
    Draft draft = new Draft(plan, state, now, result.sinceLook());
    if (result.passed()) {
      return draft
          .waitAt(state.gate() + 1)
          .moved(result, SERIN, gate.awaited() + ": passed: " + result.detail());
    }
    return state.gateRefused()
        ? new Step.Stayed("the gate has refused already; resume asks it again")
        : draft.refuseGate().moved(result, SERIN, gate.awaited() + ": refused: " + result.detail());
  }

  private Step acknowledged(MachineState state, HoldersAcknowledged event, Instant now) {
    return switch (state.phase()) {
      case ROLLING_BACK ->
          new Draft(plan, state, now, Duration.ZERO)
              .rolledBack()
              .moved(event, SERIN, "every holder serves the control");
      case ROLLED_BACK -> new Step.Stayed("it is known already");
      case PENDING, GATE, RUNNING, HOLDING, PAUSED, COMPLETED, CANCELLED ->
          new Step.Refused("nothing is being rolled back in " + state.phase());
    };
  }
}
