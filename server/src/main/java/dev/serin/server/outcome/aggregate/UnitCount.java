package dev.serin.server.outcome.aggregate;

/**
 * How many distinct units a set has, for people to see; tests count what was first seen in the
 * generation of {@link Thinning} that holds, apart.
 *
 * @param units 0 or more
 * @param isEstimate whether it stands for more units than were counted: the size before the
 *     generation, and 2^level for each unit first seen in it
 */
public record UnitCount(long units, boolean isEstimate) {
  static UnitCount of(long frozen, UnitSet counted, Thinning thinning) {
    return new UnitCount(
        frozen + ((long) counted.size() << thinning.level()), thinning.level() > 0);
  }
}
