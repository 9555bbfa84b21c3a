package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What was counted of a run up to a look, one simultaneous cut for all arms.
 *
 * @param stage the run is in, from 1
 * @param entry number of this entry into a stage among the run's, from 1: a stage that is entered
 *     again is another entry
 * @param elapsed since the entry, by the clock: what restarts are timed by
 * @param dwelled since the entry, without times of PAUSED and HOLDING
 * @param unpaused since the entry, without times of PAUSED
 * @param data what was counted of the stage's users and outcomes
 * @param firstExposures the run's factors for the ratio of arms, one for each stage: users first
 *     exposed, in any arm, in that stage
 * @param metrics by key; one that is missing has no evidence yet
 */
public record RunEvidence(
    int stage,
    int entry,
    Duration elapsed,
    Duration dwelled,
    Duration unpaused,
    DataQuality.Stage data,
    List<SampleRatio.Factor> firstExposures,
    Map<String, MetricEvidence> metrics) {
  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException where stage or entry is below 1
   */
  public RunEvidence {
    if (stage < 1 || entry < 1) {
      throw new IllegalArgumentException(
          "stage, entry: " + stage + ", " + entry + " (expected: 1 or more)");
    }
    firstExposures = List.copyOf(firstExposures);
    metrics = Map.copyOf(metrics);
  }
}
