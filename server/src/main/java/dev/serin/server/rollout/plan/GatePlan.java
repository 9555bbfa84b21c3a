package dev.serin.server.rollout.plan;

import java.time.Duration;

/** A condition before a stage. */
public sealed interface GatePlan {
  /** What is waited for, in words that follow "waits for". */
  String awaited();

  /**
   * A person approves.
   *
   * @param by who should; may be empty
   */
  record Approval(String by) implements GatePlan {
    @Override
    public String awaited() {
      return by.isEmpty() ? "an approval" : "an approval by " + by;
    }
  }

  /**
   * A webhook answers 2xx.
   *
   * @param url http or https
   * @param secret name of the server's secret it is signed with; empty: not signed
   * @param deadline time for one answer
   * @param giveUpAfter time without an answer that counts after which the gate is refused
   */
  record Webhook(String url, String secret, Duration deadline, Duration giveUpAfter)
      implements GatePlan {
    @Override
    public String awaited() {
      return "the webhook " + url;
    }
  }

  /** So much time passes. */
  record Bake(Duration time) implements GatePlan {
    @Override
    public String awaited() {
      return "a bake time of " + PlanText.time(time);
    }
  }

  /** The newest run of another rollout of the namespace is completed. */
  record RolloutCompleted(String rollout) implements GatePlan {
    @Override
    public String awaited() {
      return "rollout " + rollout + " to be completed";
    }
  }

  /** Another feature of the namespace is on. */
  record FeatureOn(String feature) implements GatePlan {
    @Override
    public String awaited() {
      return "feature " + feature + " to be on";
    }
  }
}
