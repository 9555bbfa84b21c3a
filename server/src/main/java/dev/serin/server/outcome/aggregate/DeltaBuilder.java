package dev.serin.server.outcome.aggregate;

import java.util.HashMap;
import java.util.Map;

/**
 * Adds up what one flush counts. Members of sets that are committed already are left out, so that a
 * delta's size follows what changed; what is left out changes no total, as unions do not count
 * twice.
 *
 * <p>For one thread, the one that owns the view; which stays as it is until the delta is built.
 */
public final class DeltaBuilder {
  private final MergedView committed;
  private final Delta delta;
  private final Map<Place, PlaceTally> tallies = new HashMap<>();

  /** The unit that was asked for last, and its id: an outcome asks for the same several times. */
  private long lastUnit;

  private int lastId = UnitTable.UNKNOWN;
  private boolean hasLast;

  /**
   * Begins an empty delta.
   *
   * @param committed what is durable; units of flushes under way must not be in it
   */
  public DeltaBuilder(MergedView committed) {
    this.committed = committed;
    this.delta = new Delta(committed.thinning());
  }

  /** Returns what adds up one place: for whoever has many outcomes of it. */
  public PlaceTally at(Place place) {
    return tallies.computeIfAbsent(
        place, key -> new PlaceTally(this, key, committed.setsOrNull(key)));
  }

  /** Counts an outcome, whatever its values are. */
  public void outcome(Place place, long timeMillis) {
    at(place).outcome(timeMillis);
  }

  /** Counts an exposure and its unit, given as a hash. */
  public void exposure(Place place, long unit, long timeMillis) {
    at(place).exposure(unit, timeMillis);
  }

  /** Counts an exposure for the chart only: its unit is the call. */
  public void exposureWithoutUnit(Place place, long timeMillis) {
    at(place).exposureWithoutUnit(timeMillis);
  }

  /** Marks the unit of an outcome as one that was given its variant. */
  public void mark(Place place, long unit) {
    at(place).mark(unit);
  }

  /** Remembers that a unit had an event; its value is added apart. */
  public void event(CellKey metric, long unit) {
    at(metric.place()).metric(metric, CellParts.BUCKETS).event(unit);
  }

  /** Adds a value of a metric, see {@link MetricTally#value}. */
  public void value(CellKey metric, CellParts parts, long steps, int bucket, long timeMillis) {
    at(metric.place()).metric(metric, parts).value(steps, bucket, timeMillis);
  }

  /** Adds what an outcome reports of a ratio, see {@link MetricTally#ratio}. */
  public void ratio(
      CellKey metric,
      CellParts parts,
      long numeratorSteps,
      long denominatorSteps,
      int bucket,
      long timeMillis) {
    at(metric.place())
        .metric(metric, parts)
        .ratio(numeratorSteps, denominatorSteps, bucket, timeMillis);
  }

  /** States the event time up to which everything was sent, in milliseconds since 1970. */
  public void watermark(long timeMillis) {
    delta.setWatermark(timeMillis);
  }

  /** Returns what was added. The builder is used up. */
  public Delta build() {
    return delta;
  }

  Delta delta() {
    return delta;
  }

  /** Whether sets hold a unit, given as a hash: whether it is not thinned away. */
  boolean isKept(long unit) {
    return delta.thinning().keeps(unit);
  }

  /** Returns the number of a unit among those committed, or {@link UnitTable#UNKNOWN}. */
  int committedId(long unit) {
    if (!hasLast || unit != lastUnit) {
      hasLast = true;
      lastUnit = unit;
      lastId = committed.idOf(unit);
    }
    return lastId;
  }

  /** Returns the number of a unit in the delta, a new one if it has none. */
  int idOf(long unit) {
    return delta.units().idOf(unit);
  }
}
