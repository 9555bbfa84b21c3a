package dev.serin.server.outcome.aggregate;

import dev.serin.engine.Bucketing;

/**
 * How many of the units are kept in sets: those whose draw with the salt {@code sampling:units} is
 * below 2^-level. One level holds for all arms, stages and replicas. Each rise of it begins a
 * generation; only units first seen in the generation that holds are counted in it.
 *
 * @param generation 0 or more
 * @param level 0 (all units are kept) to {@value #MAX_LEVEL}; 0 in generation 0; never lower than
 *     in the generation before
 */
public record Thinning(int generation, int level) {
  /** One unit in 2^32: below it, nothing would be left of any number of users. */
  public static final int MAX_LEVEL = 32;

  /** Every unit is kept. */
  public static final Thinning NONE = new Thinning(0, 0);

  private static final long SALT_HASH = Bucketing.hash(Bucketing.SAMPLING_SALT);

  /** Checks the numbers. */
  public Thinning {
    if (generation < 0 || level < 0 || level > MAX_LEVEL || (generation == 0 && level > 0)) {
      throw new IllegalArgumentException(
          "thinning: generation "
              + generation
              + ", level "
              + level
              + " (expected: 0 or more, 0 to "
              + MAX_LEVEL
              + ", 0 in generation 0)");
    }
  }

  /** Whether a unit, given as its hash, is kept. */
  public boolean keeps(long unit) {
    return Long.numberOfLeadingZeros(Bucketing.draw(unit, SALT_HASH)) >= level;
  }

  /**
   * Returns the generation after this one, with half of its units.
   *
   * @throws IllegalStateException if the level is at its limit
   */
  public Thinning next() {
    if (level == MAX_LEVEL) {
      throw new IllegalStateException("level: " + level + " (expected: below " + MAX_LEVEL + ")");
    }
    return new Thinning(generation + 1, level + 1);
  }

  /**
   * Returns the one of the later generation.
   *
   * @throws IllegalArgumentException if they do not come from one store: the generations are equal
   *     and the levels are not, or a level has fallen
   */
  Thinning later(Thinning other) {
    boolean isEarlier = generation < other.generation;
    Thinning earlier = isEarlier ? this : other;
    Thinning later = isEarlier ? other : this;
    if (earlier.level > later.level || (generation == other.generation && level != other.level)) {
      throw new IllegalArgumentException(
          "thinning: " + this + " and " + other + " (expected: of one store)");
    }
    return later;
  }
}
