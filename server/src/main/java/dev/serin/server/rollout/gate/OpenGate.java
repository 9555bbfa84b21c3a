package dev.serin.server.rollout.gate;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.plan.GatePlan;
import java.time.Duration;

/**
 * A webhook that a run waits for.
 *
 * @param id which
 * @param namespace of the rollout
 * @param rollout its key
 * @param feature key of its feature
 * @param stageName name of the stage that waits
 * @param waited time at this gate until now, as the run's log and its machine count it
 * @param plan what is asked
 */
public record OpenGate(
    Id id,
    String namespace,
    String rollout,
    String feature,
    String stageName,
    Duration waited,
    GatePlan.Webhook plan) {
  /** Checks that all is there. */
  public OpenGate {
    requireNonNull(id, "id");
    requireNonNull(namespace, "namespace");
    requireNonNull(rollout, "rollout");
    requireNonNull(feature, "feature");
    requireNonNull(stageName, "stageName");
    requireNonNull(waited, "waited");
    requireNonNull(plan, "plan");
  }

  /**
   * What names a question. A gate that is asked again after a person's command has another one.
   *
   * @param run id of the run
   * @param stage number of the stage that the gate stands before, from 1
   * @param gate its index among that stage's gates, from 0
   * @param entry number of the entry of the run's log that brought it there
   */
  public record Id(String run, int stage, int gate, long entry) {
    /** Checks that all is there. */
    public Id {
      requireNonNull(run, "run");
    }

    /** As receivers get it. */
    String event() {
      return run + "/" + entry + "/" + stage + "/" + gate;
    }
  }
}
