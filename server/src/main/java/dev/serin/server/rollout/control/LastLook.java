package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.rollout.policy.MetricReading;
import java.util.List;

/**
 * The figures that the last look at a run was judged by, as they are: nothing is computed for them,
 * so that meters may ask for those of all runs.
 *
 * @param exposed users in the stage
 * @param readings of all metrics, in the plan's order; empty: the look said nothing
 */
public record LastLook(ArmCounts exposed, List<MetricReading> readings) {
  /** Checks that all is there, and copies. */
  public LastLook {
    requireNonNull(exposed, "exposed");
    readings = List.copyOf(readings);
  }
}
