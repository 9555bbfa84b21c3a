package dev.serin.server.rollout.machine;

/**
 * Which of a plan's gates.
 *
 * @param stage number of the stage that it stands before, from 1
 * @param gate its index among that stage's gates, from 0
 */
public record GateOf(int stage, int gate) {
  /** {@code gate 2 before stage 3}: people count from 1. */
  @Override
  public String toString() {
    return "gate " + (gate + 1L) + " before stage " + stage;
  }
}
