package dev.serin.server.outcome.aggregate;

/**
 * Stands for the numbers that a view has given to units: equal to itself only. Sets of units of one
 * numbering may be combined, and kept; those of two say nothing of each other, not even where they
 * look alike.
 */
public final class UnitNumbering {
  /** Makes one that no view has. */
  public UnitNumbering() {}
}
