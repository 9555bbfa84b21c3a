package dev.serin.server.rollout.plan;

/**
 * How success metrics are judged; guardrails and circuit breakers are always judged at any time.
 */
public sealed interface DecisionPlan {
  /** On every tick, by evidence that may be looked at any time. */
  record AlwaysValid() implements DecisionPlan {}

  /**
   * Once, at the end of a stage's dwell, by a classical test.
   *
   * @param minimumSamples users each arm needs, 2 or more
   * @param significance the two-sided p-value must be below
   * @param improvement relative improvement that must be exceeded, 0 or more
   */
  record FixedHorizon(long minimumSamples, double significance, double improvement)
      implements DecisionPlan {}
}
