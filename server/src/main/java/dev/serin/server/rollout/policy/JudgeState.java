package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.StageProcess;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of a run between looks, and has to be written down with each look that changes it:
 * then another controller goes on with the same processes.
 *
 * @param entry the entry that the stage's processes are of; 0: none yet
 * @param begun the process's start within the entry: 0, or where an extension began
 * @param entered stages that have been entered
 * @param repeats repeats and extensions of stages so far
 * @param ratio what was seen of the ratio of arms
 * @param metrics by role and key
 */
public record JudgeState(
    int entry,
    Duration begun,
    Set<Integer> entered,
    int repeats,
    Latch ratio,
    Map<String, MetricState> metrics) {
  /** Copies. */
  public JudgeState {
    entered = Set.copyOf(entered);
    metrics = Map.copyOf(metrics);
  }

  /** Before the first look at a run. */
  public static JudgeState begin() {
    return new JudgeState(0, Duration.ZERO, Set.of(), 0, Latch.of(SampleRatio.ALPHA), Map.of());
  }

  /**
   * What is kept of one metric.
   *
   * @param run its process over the run; a breaker's: the control's in the stage
   * @param stage its process of the stage, or the breaker's
   * @param process the restarts of the stage's process
   * @param base users with the event in the stage when the process began; {@link ArmCounts#NONE}
   *     but in repeats and extensions
   * @param horizon how the one look of a policy of fixed horizon went in this entry; empty: not
   *     looked yet
   * @param looked the last look's figures, so that nothing is computed where nothing changed
   */
  public record MetricState(
      Latch run,
      Latch stage,
      StageProcess process,
      ArmCounts base,
      Optional<Horizon> horizon,
      Optional<Looked> looked) {
    MetricState with(Horizon seen) {
      return new MetricState(run, stage, process, base, Optional.of(seen), looked);
    }
  }

  /**
   * The one look of a policy of fixed horizon.
   *
   * @param figures what was seen
   * @param better whether it was significant, in the right direction, and large enough
   */
  public record Horizon(MetricEvidence.Classical figures, boolean better) {}

  /**
   * Figures of an event and what they are of.
   *
   * @param run of the run
   * @param stage users with the event in the stage
   * @param logRun log e-value of the run's process
   * @param logStage log e-value of the stage's process
   */
  public record Looked(RunProcess run, ArmCounts stage, double logRun, double logStage) {}
}
