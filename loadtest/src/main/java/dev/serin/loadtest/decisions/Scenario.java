package dev.serin.loadtest.decisions;

import dev.serin.server.rollout.simulation.SimulatedJudge;
import dev.serin.server.rollout.simulation.Simulation;
import java.util.List;

/**
 * Runs of one world, and who judges them: each judge meets the same draws.
 *
 * @param table it is a row of
 * @param name of the row
 * @param contestants who judge
 */
record Scenario(String table, String name, List<Contestant> contestants) {
  /** Copies the list. */
  Scenario {
    contestants = List.copyOf(contestants);
  }

  /**
   * One who judges.
   *
   * @param name of the column
   * @param simulation the plan in its world; of one world and seed for all of a scenario
   * @param judge makes judges of its plan
   */
  record Contestant(String name, Simulation simulation, SimulatedJudge.Kind judge) {}
}
