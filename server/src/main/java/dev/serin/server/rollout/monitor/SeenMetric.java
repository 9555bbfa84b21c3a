package dev.serin.server.rollout.monitor;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.policy.MetricReading;
import java.util.Locale;
import java.util.Optional;

/**
 * A metric of an active run as meters show it, in one of its roles.
 *
 * @param metric key
 * @param role in lower case
 * @param dryRun whether it acts on nothing
 * @param ofRun its evidence over the run; empty: it has none
 * @param ofStage its evidence in the stage; empty: it has none
 */
public record SeenMetric(
    String metric,
    String role,
    boolean dryRun,
    Optional<SeenEvidence> ofRun,
    Optional<SeenEvidence> ofStage) {
  /**
   * Evidence against a metric.
   *
   * @param logE natural logarithm of the e-value
   * @param threshold at which it alarms
   */
  public record SeenEvidence(double logE, double threshold) {}

  static SeenMetric of(MetricReading reading) {
    MetricPlan plan = reading.metric().plan();
    return new SeenMetric(
        plan.metric(),
        plan.role().name().toLowerCase(Locale.ROOT),
        plan.dryRun(),
        reading.isOfRun()
            ? Optional.of(new SeenEvidence(reading.logRun(), reading.runThreshold()))
            : Optional.empty(),
        reading.isOfStage()
            ? Optional.of(new SeenEvidence(reading.logStage(), reading.stageThreshold()))
            : Optional.empty());
  }

  /** Checks that all is there. */
  public SeenMetric {
    requireNonNull(metric, "metric");
    requireNonNull(role, "role");
    requireNonNull(ofRun, "ofRun");
    requireNonNull(ofStage, "ofStage");
  }
}
