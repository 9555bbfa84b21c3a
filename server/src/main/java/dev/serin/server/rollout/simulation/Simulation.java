package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Effect;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Many runs of one plan in one world: the machine is the real one, a tick comes each second, gates
 * are passed as soon as they open and holders acknowledge at once.
 *
 * @param plan what is run
 * @param world what is true
 * @param horizon time after which a run that goes on is left
 * @param seed of all draws
 */
public record Simulation(RolloutPlan plan, World world, Duration horizon, long seed) {
  /** When runs start. A Tuesday: plans that freeze weekends are simulated in a week's middle. */
  static final Instant START = Instant.parse("2026-06-02T09:00:00Z");

  private static final Verdict NOTHING_SERVED =
      new Verdict(Action.GO_ON, "", "no treatment is served yet", "");

  /** The end of one run; times are from its start. */
  record RunEnd(Phase phase, int stage, Duration time) {}

  /**
   * Simulates runs, on all processors; the result does not depend on how many there are.
   *
   * @param runs how many, at least 1
   * @param progress told the number of runs done, after each, by whichever thread did it
   */
  public SimulationResult run(SimulatedJudge.Kind judges, int runs, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    List<RunEnd> ends =
        IntStream.range(0, runs)
            .parallel()
            .mapToObj(
                run -> {
                  RunEnd end = run(judges.begin(plan), run);
                  progress.accept(done.incrementAndGet());
                  return end;
                })
            .toList();
    return SimulationResult.of(judges.name(), ends, world.onset());
  }

  private RunEnd run(SimulatedJudge judge, int run) {
    RolloutMachine machine = new RolloutMachine(plan);
    Traffic traffic = Traffic.of(world, seed, run);
    MachineState state = MachineState.pending(START);
    state = step(machine, state, new Command(CommandKind.START, "simulation", ""), 0, traffic);
    long last = horizon.toSeconds();
    for (long second = 0; second < last; second++) {
      if (isServed(state)) {
        traffic.second(new Draws(seed, run, second), second);
      }
      long now = second + 1;
      state =
          step(
              machine,
              state,
              new Tick(look(judge, traffic, state, now), Duration.ZERO),
              now,
              traffic);
      if (state.phase() == Phase.ROLLING_BACK || state.phase().isOver()) {
        return new RunEnd(state.phase(), state.stage(), Duration.ofSeconds(now));
      }
    }
    return new RunEnd(state.phase(), state.stage(), horizon);
  }

  private static boolean isServed(MachineState state) {
    return state.traffic().compareTo(TrafficShare.NONE) > 0;
  }

  private Verdict look(SimulatedJudge judge, Traffic traffic, MachineState state, long second) {
    if (!isServed(state)) {
      return NOTHING_SERVED;
    }
    return judge.judge(
        new Look(
            second,
            state.stage(),
            plan.stage(state.stage()),
            state.dwell(START.plusSeconds(second)),
            traffic.treatment(),
            traffic.control()));
  }

  /** One event, with what follows from it at once: traffic that changes, gates that are passed. */
  private static MachineState step(
      RolloutMachine machine, MachineState state, Event event, long second, Traffic traffic) {
    Instant now = START.plusSeconds(second);
    Step step = machine.apply(state, event, now);
    if (!(step instanceof Step.Moved moved)) {
      return state;
    }
    MachineState after = moved.state();
    for (Effect effect : moved.effects()) {
      if (effect instanceof Effect.ServeStage stage) {
        traffic.begin(stage.share());
      } else if (effect instanceof Effect.OpenGate gate) {
        Optional<Event> answer = answer(gate);
        if (answer.isPresent()) {
          after = step(machine, after, answer.get(), second, traffic);
        }
      }
    }
    return after;
  }

  /** What whoever is asked answers at once; a bake time answers itself. */
  private static Optional<Event> answer(Effect.OpenGate gate) {
    return switch (gate.plan()) {
      case GatePlan.Approval approval ->
          Optional.of(new Command(CommandKind.APPROVE, "simulation", ""));
      case GatePlan.Bake bake -> Optional.empty();
      case GatePlan.Webhook webhook -> passed(gate);
      case GatePlan.RolloutCompleted completed -> passed(gate);
      case GatePlan.FeatureOn on -> passed(gate);
    };
  }

  private static Optional<Event> passed(Effect.OpenGate gate) {
    return Optional.of(new GateResult(gate.stage(), gate.gate(), true, "simulated"));
  }
}
