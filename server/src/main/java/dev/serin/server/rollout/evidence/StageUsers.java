package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.UnitSet;

/**
 * Some of a stage's users, by what they were given; those found in two variants are in none.
 *
 * @param treatment of the treatment, without surplus
 * @param surplus of the treatment alone, whom no control of equal size stands beside
 * @param control of the control
 * @param remainder served the control's variant, and no evidence
 */
record StageUsers(UnitSet treatment, UnitSet surplus, UnitSet control, UnitSet remainder) {
  /** Who was given the treatment. */
  UnitSet treated() {
    return surplus.isEmpty() ? treatment : treatment.union(surplus);
  }

  /** All of them. */
  UnitSet all() {
    return treated().union(control).union(remainder);
  }
}
