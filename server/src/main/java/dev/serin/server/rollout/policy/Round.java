package dev.serin.server.rollout.policy;

import java.time.Duration;

/**
 * What a stage's processes are of at a look: the period that the evidence says it is of.
 *
 * @param stage from 1
 * @param extension 0: the stage's planned period; else the number of the repeat or extension among
 *     the run's
 * @param planned length of the period
 * @param elapsed since it began
 * @param renewed whether sets of users have begun anew since the last look
 * @param entered whether this is the first look at the stage
 * @param begun whether this is the first look at the period
 * @param thinned whether sets hold a sample of the users: those first seen since they were thinned
 */
record Round(
    int stage,
    int extension,
    Duration planned,
    Duration elapsed,
    boolean renewed,
    boolean entered,
    boolean begun,
    boolean thinned) {
  /** The round of a look. */
  static Round of(RunEvidence evidence, JudgeState before) {
    boolean entered = evidence.stage() != before.stage();
    return new Round(
        evidence.stage(),
        evidence.extension(),
        evidence.planned(),
        evidence.elapsed(),
        before.stage() > 0 && evidence.generation() > before.generation(),
        entered,
        entered || evidence.extension() != before.extension(),
        evidence.generation() > 0);
  }
}
