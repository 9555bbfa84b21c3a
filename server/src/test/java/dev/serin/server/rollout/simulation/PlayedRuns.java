package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.List;

/** Whole runs of the real policy through the real machine, and how many of them may go wrong. */
final class PlayedRuns {
  /** As many as statistics.md C3 asks of whatever is promised with a probability. */
  static final int RUNS = 2_000;

  private static final double ALPHA = 0.01;

  private PlayedRuns() {}

  /** Runs of a plan in a world, left after a time. */
  static SimulationResult play(RolloutPlan plan, World world, Duration horizon, int runs) {
    return play(plan, world, List.of(), horizon, runs);
  }

  /** The same with sets of users that begin anew at times since a run's start. */
  static SimulationResult play(
      RolloutPlan plan, World world, List<Duration> anew, Duration horizon, int runs) {
    SimulatedPlan simulated = SimulatedPlan.of(plan, world);
    return play(plan, world, simulated.policy(world, anew), horizon, runs);
  }

  /** The same draws before another judge. */
  static SimulationResult play(
      RolloutPlan plan, World world, SimulatedJudge.Kind judges, Duration horizon, int runs) {
    return new Simulation(plan, world, horizon, 20_261_122).run(judges, runs, done -> {});
  }

  /** Of {@link #RUNS}, those of a probability of alpha, and three standard errors. */
  static int most() {
    return (int) Math.floor(RUNS * ALPHA + 3 * Math.sqrt(RUNS * ALPHA * (1 - ALPHA)));
  }
}
