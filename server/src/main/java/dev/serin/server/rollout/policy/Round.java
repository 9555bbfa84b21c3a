package dev.serin.server.rollout.policy;

import java.time.Duration;

/**
 * What a stage's process is of: a planned stage, or the k-th repeat or extension in the run.
 *
 * @param stage from 1
 * @param entry of the run into it
 * @param repeat 0: planned; else its number among the run's repeats and extensions
 * @param begun within the entry
 * @param entered whether it begins with this look, at the entry
 * @param extended whether it begins with this look, within the entry
 */
record Round(int stage, int entry, int repeat, Duration begun, boolean entered, boolean extended) {
  /**
   * An extension is as long as the stage was planned, but no shorter: below that the repeats' share
   * of alpha would be used up in no time.
   */
  private static final Duration LEAST_EXTENSION = Duration.ofMinutes(10);

  /** The round of a look. */
  static Round of(RunEvidence evidence, JudgeState before, Duration planned) {
    if (evidence.entry() != before.entry()) {
      boolean again = before.entered().contains(evidence.stage());
      int repeat = again ? before.repeats() + 1 : 0;
      return new Round(evidence.stage(), evidence.entry(), repeat, Duration.ZERO, true, false);
    }
    Duration length = planned.compareTo(LEAST_EXTENSION) < 0 ? LEAST_EXTENSION : planned;
    if (evidence.elapsed().compareTo(before.begun().plus(length)) >= 0) {
      int repeat = before.repeats() + 1;
      return new Round(evidence.stage(), evidence.entry(), repeat, evidence.elapsed(), false, true);
    }
    return new Round(
        evidence.stage(), evidence.entry(), before.repeats(), before.begun(), false, false);
  }

  /** Whether processes of the stage begin anew. */
  boolean begins() {
    return entered || extended;
  }
}
