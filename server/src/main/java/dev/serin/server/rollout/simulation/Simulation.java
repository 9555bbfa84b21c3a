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
 * @param plan what is run, and what its metrics are
 * @param world what is true
 * @param horizon time after which a run that goes on is left
 * @param seed of all draws
 */
public record Simulation(SimulatedPlan plan, World world, Duration horizon, long seed) {
  /** When runs start. A Tuesday: plans that freeze weekends are simulated in a week's middle. */
  static final Instant START = Instant.parse("2026-06-02T09:00:00Z");

  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final Verdict NOTHING_SERVED =
      new Verdict(Action.GO_ON, "", "no treatment is served yet", "");

  /** Runs of a plan whose metrics' documents are not known. */
  public Simulation(RolloutPlan plan, World world, Duration horizon, long seed) {
    this(SimulatedPlan.of(plan, world), world, horizon, seed);
  }

  /**
   * The end of one run; times are from its start.
   *
   * @param phase it ended in, or was in at the horizon
   * @param atMaximum whether the maximum time of a stage rolled it back, or shipped a stage of it
   * @param served when the treatment was served first
   * @param compared when there was a control for the last time
   * @param time of the end
   */
  record RunEnd(
      Phase phase, boolean atMaximum, Duration served, Duration compared, Duration time) {}

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
                  RunEnd end = new Run(judges, run).end();
                  progress.accept(done.incrementAndGet());
                  return end;
                })
            .toList();
    return SimulationResult.of(judges.name(), ends, Truth.of(plan, world));
  }

  private static boolean isServed(MachineState state) {
    return state.traffic().compareTo(TrafficShare.NONE) > 0;
  }

  /** One run, in one thread. */
  private final class Run {
    private final RolloutMachine machine = new RolloutMachine(plan.plan());
    private final SimulatedJudge judge;
    private final int run;
    private final Traffic traffic;
    private MachineState state = MachineState.pending(START);
    private boolean atMaximum;
    private long served = -1;
    private long compared;

    Run(SimulatedJudge.Kind judges, int run) {
      this.judge = judges.begin(plan, world);
      this.run = run;
      this.traffic = Traffic.of(world, seed, run, judges.looksAtBuckets());
    }

    RunEnd end() {
      step(new Command(CommandKind.START, "simulation", ""), 0);
      long last = horizon.toSeconds();
      for (long second = 0; second < last; second++) {
        if (isServed(state)) {
          traffic.second(new Draws(seed, run, second), second);
          served = served < 0 ? second : served;
          compared = state.traffic().isAll() ? compared : second + 1;
        }
        tick(second + 1);
        if (state.phase() == Phase.ROLLING_BACK || state.phase().isOver()) {
          return end(second + 1);
        }
      }
      return end(last);
    }

    private RunEnd end(long second) {
      return new RunEnd(
          state.phase(),
          atMaximum,
          Duration.ofSeconds(Math.max(0, served)),
          Duration.ofSeconds(compared),
          Duration.ofSeconds(second));
    }

    private void tick(long second) {
      MachineState before = state;
      Verdict verdict = look(second);
      step(new Tick(verdict, Duration.ZERO, SECOND), second);
      boolean rolledBack = state.phase() == Phase.ROLLING_BACK;
      boolean judged = verdict.action() == (rolledBack ? Action.ROLL_BACK : Action.PROMOTE);
      if (rolledBack || isUpwards(before, state)) {
        atMaximum |= !judged;
      }
    }

    private Verdict look(long second) {
      if (!isServed(state)) {
        return NOTHING_SERVED;
      }
      Instant now = START.plusSeconds(second);
      return judge.judge(
          new Look(
              second,
              state.stage(),
              plan.plan().stage(state.stage()),
              state.dwell(now),
              state.period(),
              state.period().elapsed(state.seen(now, SECOND)),
              traffic.treatment(),
              traffic.control()));
    }

    /**
     * One event, with what follows from it at once: traffic that changes, gates that are passed.
     */
    private void step(Event event, long second) {
      if (!(machine.apply(state, event, START.plusSeconds(second)) instanceof Step.Moved moved)) {
        return;
      }
      state = moved.state();
      for (Effect effect : moved.effects()) {
        if (effect instanceof Effect.ServeStage stage) {
          traffic.begin(stage.share());
        } else if (effect instanceof Effect.OpenGate gate) {
          answer(gate).ifPresent(answer -> step(answer, second));
        }
      }
    }
  }

  /** Whether a stage was left upwards; gates that let a run in are no part of what it showed. */
  private static boolean isUpwards(MachineState before, MachineState after) {
    boolean inStage = before.phase() == Phase.RUNNING || before.phase() == Phase.HOLDING;
    return inStage
        && (after.phase() == Phase.GATE
            || after.phase() == Phase.COMPLETED
            || after.stage() > before.stage());
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
