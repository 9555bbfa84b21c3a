package dev.serin.engine;

import dev.serin.v1.Arm;

/**
 * Whom a split draws for which variant, as its document says it. Immutable; safe for all threads.
 */
public final class SplitDraws {
  private final SplitOutcome outcome;

  SplitDraws(SplitOutcome outcome) {
    this.outcome = outcome;
  }

  /**
   * Returns whether the split serves a unit this variant.
   *
   * @param unit hash of the unit's key, see {@link Bucketing#hash}
   */
  public boolean serves(long unit, String variant) {
    long draw = Bucketing.draw(unit, outcome.saltHash());
    Decision decision = outcome.ranges().get(outcome.range(draw)).decision();
    return decision.arm() == Arm.ARM_SPLIT && decision.variant().equals(variant);
  }
}
