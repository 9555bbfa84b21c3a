package dev.serin.server.rollout.policy;

import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.rollout.plan.MetricPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was counted of a run up to a look, one simultaneous cut for all arms.
 *
 * <p>A user is <em>first</em> exposed, or first has an event, where that happened before in no arm
 * of the run, and the remainder is one: its users are no evidence while they are in it, but they
 * have been seen. When the treatment's share passes one half, the remainder goes to the treatment
 * and the control alike gives users up to it; were its users new in that stage, the treatment would
 * get all of them, and both the ratio of arms and the run's processes would alarm for nothing.
 *
 * @param stage the run is in, from 1
 * @param extension the period of the stage that is being counted, as the machine has it: 0: the
 *     planned one; else the number of the repeat or extension among the run's
 * @param generation of the sets of users: another one begins where they are thinned more, and only
 *     users first seen in it are counted in sets then; 0 or more
 * @param planned length of that period: what restarts are spread over
 * @param elapsed since the period began, by the log's clock: what restarts are timed by
 * @param dwelled time that counts as dwell in the stage, as the machine has it
 * @param data what was counted of the stage's users and outcomes
 * @param firstExposures the run's factors for the ratio of arms, one for each stage with a control:
 *     users first exposed in that stage
 * @param metrics by key, or by {@link #id} where a metric has several roles that are tested
 *     differently; one that is missing has no evidence yet
 */
public record RunEvidence(
    int stage,
    int extension,
    int generation,
    Duration planned,
    Duration elapsed,
    Duration dwelled,
    DataQuality.Stage data,
    List<SampleRatio.Factor> firstExposures,
    Map<String, MetricEvidence> metrics) {
  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException where the stage is below 1, the extension or generation below
   *     0
   */
  public RunEvidence {
    if (stage < 1 || extension < 0 || generation < 0) {
      throw new IllegalArgumentException(
          "stage, extension, generation: %s, %s, %s (expected: from 1, from 0, from 0)"
              .formatted(stage, extension, generation));
    }
    firstExposures = List.copyOf(firstExposures);
    metrics = Map.copyOf(metrics);
  }

  /** Names a metric in one of its roles: {@code GUARDRAIL/errors}. */
  public static String id(MetricPlan metric) {
    return metric.role() + "/" + metric.metric();
  }

  /** The same with other figures of its metrics. */
  public RunEvidence with(Map<String, MetricEvidence> others) {
    return new RunEvidence(
        stage, extension, generation, planned, elapsed, dwelled, data, firstExposures, others);
  }

  /** What was counted of a metric in its role; null: nothing yet. */
  public @Nullable MetricEvidence of(MetricPlan metric) {
    MetricEvidence ofRole = metrics.get(id(metric));
    return ofRole == null ? metrics.get(metric.metric()) : ofRole;
  }
}
