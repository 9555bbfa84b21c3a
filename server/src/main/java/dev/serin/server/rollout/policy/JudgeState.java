package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Latch;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.StageProcess;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a run between looks, and has to be written down with each look that changes it:
 * then another controller goes on with the same processes.
 *
 * @param stage the last look was at; 0: none yet
 * @param extension the period of the stage it was at
 * @param ratio what was seen of the ratio of arms
 * @param metrics by role and key
 */
public record JudgeState(int stage, int extension, Latch ratio, Map<String, MetricState> metrics) {
  /** Copies. */
  public JudgeState {
    metrics = Map.copyOf(metrics);
  }

  /** Before the first look at a run. */
  public static JudgeState begin() {
    return new JudgeState(0, 0, Latch.of(SampleRatio.ALPHA), Map.of());
  }

  /**
   * What is kept of one metric.
   *
   * @param run its process over the run; a breaker's: the control's in the stage
   * @param stage its process of the stage, or of the stage's period
   * @param process the restarts of an event's process of the period
   * @param base users with the event in the stage when that process began; {@link ArmCounts#NONE}
   *     but in repeats and extensions
   * @param horizon how the one look of a policy of fixed horizon went in this stage; empty: not
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

    /** After a look at both processes. */
    MetricState after(Latch ofRun, Latch ofStage) {
      return new MetricState(ofRun, ofStage, process, base, horizon, looked);
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
   * @param stage users with the event in the stage, since its process began
   * @param logRun log e-value of the run's process
   * @param logStage log e-value of the stage's process
   */
  public record Looked(RunProcess run, ArmCounts stage, double logRun, double logStage) {}
}
