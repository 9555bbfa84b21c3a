package dev.serin.server.outcome.aggregate;

/**
 * The units of one place of a view, without those that leaked: seen in two variants of one stage or
 * period, in this generation of {@link Thinning} or before. Sets hold what was first seen in the
 * generation that holds: what tests count. A {@link UnitCount} is what people see.
 *
 * <p>Of the view and for its thread: it is of no use once the view changes, but for a {@link
 * #copy}. Its sets are copies.
 */
public final class PlaceUnits {
  private final Place place;
  private final PlaceSets sets;
  private final UnitSet leaked;
  private final UnitTable table;
  private final FrozenSizes frozen;

  PlaceUnits(Place place, PlaceSets sets, UnitSet leaked, UnitTable table, FrozenSizes frozen) {
    this.place = place;
    this.sets = sets;
    this.leaked = leaked;
    this.table = table;
    this.frozen = frozen;
  }

  /** Returns the same for any one thread, whatever becomes of the view. */
  public PlaceUnits copy() {
    return new PlaceUnits(place, sets.copy(), leaked.copy(), table.hashesNow(), frozen);
  }

  /** Returns the units known to be leaked: no evidence for any variant. */
  public UnitSet leaked() {
    return leaked.copy();
  }

  /** Returns the units that were exposed. */
  public UnitSet exposed() {
    return sets.exposed().counted().without(leaked);
  }

  /** Returns the units that only an outcome marks. */
  public UnitSet marked() {
    return sets.marked().counted().without(leaked);
  }

  /** Returns the units that were exposed or marked, and neither before. */
  public UnitSet users() {
    return sets.users().without(leaked);
  }

  /** Returns the units that had an event, whose key is one of this place. */
  public UnitSet withEvent(CellKey metric) {
    return sets.event(metric).counted().without(leaked);
  }

  /**
   * Returns the units that were exposed before the generation that holds: they are not among the
   * exposed, and new to no other place.
   */
  public UnitSet exposedBefore() {
    return sets.exposed().before().copy();
  }

  /** Returns the units that had an event before that generation, whose key is one of this place. */
  public UnitSet withEventBefore(CellKey metric) {
    return sets.event(metric).before().copy();
  }

  /** Returns how many units were exposed. */
  public UnitCount exposedCount() {
    return count(CellKey.exposures(place), exposed());
  }

  /** Returns how many units were exposed or marked. */
  public UnitCount userCount() {
    return count(CellKey.outcomes(place), users());
  }

  /** Returns how many units had an event. */
  public UnitCount eventCount(CellKey metric) {
    return count(metric, withEvent(metric));
  }

  private UnitCount count(CellKey key, UnitSet counted) {
    return UnitCount.of(frozen.of(key), counted, frozen.thinning());
  }

  /**
   * Returns how many units of a set are in each user bucket.
   *
   * @param units of this view
   * @return {@link Buckets#COUNT} numbers
   */
  public long[] byBucket(UnitSet units) {
    long saltHash = place.bucketSaltHash();
    long[] counts = new long[Buckets.COUNT];
    units.forEach(id -> counts[Buckets.bucketOf(table.hashOf(id), saltHash)]++);
    return counts;
  }
}
