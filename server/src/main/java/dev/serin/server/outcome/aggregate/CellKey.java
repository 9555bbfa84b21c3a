package dev.serin.server.outcome.aggregate;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * A metric at a place. A metric's key is never empty: the empty one stands for the outcomes
 * themselves, for the exposures, for who reported, and for what was dropped.
 *
 * @param metric key of the metric
 * @param fingerprint of the metric's definition: a changed one begins new cells
 */
public record CellKey(Place place, String metric, int fingerprint) implements Comparable<CellKey> {
  private static final Comparator<CellKey> ORDER =
      Comparator.comparing(CellKey::place)
          .thenComparing(CellKey::metric)
          .thenComparingInt(CellKey::fingerprint);

  private static final int OUTCOMES = 0;
  private static final int EXPOSURES = 1;
  private static final int REPORTERS = 2;
  private static final int DROPPED = 3;

  /** Checks that all parts are there. */
  public CellKey {
    requireNonNull(place, "place");
    requireNonNull(metric, "metric");
  }

  /** Returns the key under which a place's outcomes are counted. */
  public static CellKey outcomes(Place place) {
    return new CellKey(place, "", OUTCOMES);
  }

  /** Returns the key under which a place's exposures are counted. */
  public static CellKey exposures(Place place) {
    return new CellKey(place, "", EXPOSURES);
  }

  /**
   * Returns the key under which a place keeps who reported an outcome, whatever its values, as it
   * does who had an event; nothing is counted under it.
   */
  public static CellKey reporters(Place place) {
    return new CellKey(place, "", REPORTERS);
  }

  /**
   * Returns the key under which it is counted how many outcomes of a place their reporters told to
   * have dropped. It has no chart: nobody knows when they happened.
   */
  public static CellKey dropped(Place place) {
    return new CellKey(place, "", DROPPED);
  }

  @Override
  public int compareTo(CellKey other) {
    return ORDER.compare(this, other);
  }
}
