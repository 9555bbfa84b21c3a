package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.List;

/**
 * A run, read.
 *
 * @param stored as the store has it
 * @param plan that it goes by, as it was at its start
 * @param metrics of the plan, in its order, as they were at its start
 * @param state where it stands
 */
public record RunView(
    StoredRun stored, RolloutPlan plan, List<JudgedMetric> metrics, MachineState state) {
  /** Checks that all is there, and copies. */
  public RunView {
    requireNonNull(stored, "stored");
    requireNonNull(plan, "plan");
    requireNonNull(state, "state");
    metrics = List.copyOf(metrics);
  }
}
