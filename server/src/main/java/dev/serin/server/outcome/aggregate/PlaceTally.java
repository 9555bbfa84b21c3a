package dev.serin.server.outcome.aggregate;

import org.jspecify.annotations.Nullable;

/** Adds up what one flush counts at one place. For the thread of its {@link DeltaBuilder}. */
public final class PlaceTally {
  private final DeltaBuilder builder;
  private final Place place;

  /** What is durable of the place; null: nothing is. */
  private final @Nullable PlaceSets committed;

  private final MetricTally outcomes;
  private final MetricTally exposures;

  /** What is new; null: nothing is yet. */
  private @Nullable PlaceSets added;

  PlaceTally(DeltaBuilder builder, Place place, @Nullable PlaceSets committed) {
    this.builder = builder;
    this.place = place;
    this.committed = committed;
    this.outcomes = new MetricTally(this, CellKey.outcomes(place), CellParts.PLAIN);
    this.exposures = new MetricTally(this, CellKey.exposures(place), CellParts.PLAIN);
  }

  /** Returns what adds up one of the place's metrics. */
  public MetricTally metric(CellKey metric, CellParts parts) {
    return new MetricTally(this, metric, parts);
  }

  /** Counts an outcome, whatever its values are. */
  public void outcome(long timeMillis) {
    outcomes.value(0, 0, timeMillis);
  }

  /**
   * Counts outcomes that never came: their reporter dropped them, and told with one that did.
   *
   * @param outcomes how many, 1 or more
   */
  public void dropped(long outcomes) {
    builder.delta().cellOf(CellKey.dropped(place)).addZeros(outcomes);
  }

  /** Counts an exposure and its unit, given as a hash. */
  public void exposure(long unit, long timeMillis) {
    exposureWithoutUnit(timeMillis);
    if (builder.isKept(unit) && !isExposed(builder.committedId(unit))) {
      added().expose(builder.idOf(unit));
    }
  }

  /** Counts an exposure for the chart only: its unit is the call. */
  public void exposureWithoutUnit(long timeMillis) {
    exposures.value(0, 0, timeMillis);
  }

  /** Marks the unit of an outcome as one that was given its variant. */
  public void mark(long unit) {
    if (builder.isKept(unit)) {
      int id = builder.committedId(unit);
      if (!isExposed(id) && !isMarked(id)) {
        added().mark(builder.idOf(unit));
      }
    }
  }

  private boolean isExposed(int id) {
    return committed != null && id != UnitTable.UNKNOWN && committed.exposed().contains(id);
  }

  private boolean isMarked(int id) {
    return committed != null && id != UnitTable.UNKNOWN && committed.marked().contains(id);
  }

  DeltaBuilder builder() {
    return builder;
  }

  /** Returns who is known to have had an event; null: nobody. */
  @Nullable SeenUnits committedEvent(CellKey metric) {
    return committed == null ? null : committed.events().get(metric);
  }

  PlaceSets added() {
    PlaceSets sets = added;
    if (sets == null) {
      sets = builder.delta().setsOf(place);
      added = sets;
    }
    return sets;
  }
}
