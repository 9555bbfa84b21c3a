package dev.serin.server.outcome.aggregate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a flush, or many of them, add to the aggregates. Merging is associative and commutative: a
 * base is a delta merged from others, and so is all that a replica knows.
 *
 * <p>Its sets are of one generation of {@link Thinning}. What is merged from an older one was seen
 * before: of it those units stay that the newer one keeps, and none of them is counted.
 *
 * <p>Not for several threads at a time.
 */
public final class Delta {
  /** Stands for a time that is not known. */
  static final long NO_TIME = -1;

  private Thinning thinning;
  private long watermark = NO_TIME;
  private long fromMillis = NO_TIME;
  private long untilMillis = NO_TIME;
  private UnitTable units = new UnitTable();
  private Map<Place, PlaceSets> sets = new HashMap<>();
  private final Map<CellKey, Cell> cells = new HashMap<>();
  private final Map<CellKey, Slots> charts = new HashMap<>();

  /** Makes one that adds nothing. */
  public Delta() {
    this(Thinning.NONE);
  }

  /** Makes one that adds nothing, of a generation: what is merged into it is thinned to that. */
  public Delta(Thinning thinning) {
    this.thinning = thinning;
  }

  /**
   * Adds all that another delta holds, which stays as it is.
   *
   * @throws IllegalArgumentException if both are not thinned by one store
   */
  public void merge(Delta other) {
    Thinning later = thinning.later(other.thinning);
    if (later.generation() > thinning.generation()) {
      thin(later);
    }
    // A merged delta is complete only up to where each of its parts is.
    watermark = known(watermark, other.watermark, Math.min(watermark, other.watermark));
    fromMillis = known(fromMillis, other.fromMillis, Math.min(fromMillis, other.fromMillis));
    untilMillis = Math.max(untilMillis, other.untilMillis);
    mergeSets(other.units, other.sets, other.thinning.generation() < later.generation());
    other.cells.forEach((key, more) -> cellOf(key).merge(more));
    other.charts.forEach((key, more) -> chartOf(key).merge(more));
  }

  /** Begins a generation: what its sets hold was seen before it. */
  private void thin(Thinning next) {
    thinning = next;
    UnitTable oldUnits = units;
    Map<Place, PlaceSets> oldSets = sets;
    units = new UnitTable();
    sets = new HashMap<>();
    mergeSets(oldUnits, oldSets, true);
  }

  private void mergeSets(UnitTable table, Map<Place, PlaceSets> others, boolean areOlder) {
    int[] translation = new int[table.size()];
    for (int id = 0; id < translation.length; id++) {
      long unit = table.hashOf(id);
      translation[id] = areOlder && !thinning.keeps(unit) ? UnitTable.UNKNOWN : units.idOf(unit);
    }
    mergeSets(others, translation, areOlder);
  }

  private void mergeSets(Map<Place, PlaceSets> others, int[] translation, boolean areOlder) {
    others.forEach(
        (place, more) -> {
          PlaceSets here = setsOf(place);
          here.merge(more, translation, areOlder);
          if (here.isEmpty()) {
            sets.remove(place);
          }
        });
  }

  private static long known(long one, long other, long both) {
    if (one == NO_TIME) {
      return other;
    }
    return other == NO_TIME ? one : both;
  }

  /**
   * Returns the same without what retention drops of places: sets, buckets, histograms and charts.
   * Counts, sums, squares and extremes stay; units that are in no set any more are forgotten. It is
   * itself where there is nothing to drop.
   *
   * @param expired the places whose run or period ended long enough ago
   */
  public Delta retained(Predicate<Place> expired) {
    if (!keepsAny(expired)) {
      return this;
    }
    Delta kept = new Delta(thinning);
    kept.watermark = watermark;
    kept.fromMillis = fromMillis;
    kept.untilMillis = untilMillis;
    Map<Place, PlaceSets> live = new HashMap<>(sets);
    live.keySet().removeIf(expired);
    int[] translation = new int[units.size()];
    Arrays.fill(translation, UnitTable.UNKNOWN);
    UnitSet members = new UnitSet();
    live.values().forEach(some -> members.addAll(some.all()));
    members.forEach(id -> translation[id] = kept.units.idOf(units.hashOf(id)));
    kept.mergeSets(live, translation, false);
    cells.forEach(
        (key, cell) ->
            kept.cellOf(key).merge(expired.test(key.place()) ? cell.withoutParts() : cell));
    charts.forEach(
        (key, chart) -> {
          if (!expired.test(key.place())) {
            kept.chartOf(key).merge(chart);
          }
        });
    return kept;
  }

  /** Whether it holds more of such places than sums. */
  boolean keepsAny(Predicate<Place> expired) {
    return sets.keySet().stream().anyMatch(expired)
        || charts.keySet().stream().map(CellKey::place).anyMatch(expired)
        || cells.entrySet().stream()
            .anyMatch(cell -> cell.getValue().hasParts() && expired.test(cell.getKey().place()));
  }

  /** Whether merging it changes nothing. */
  public boolean isEmpty() {
    return watermark == NO_TIME
        && untilMillis == NO_TIME
        && sets.isEmpty()
        && cells.isEmpty()
        && charts.isEmpty();
  }

  /** Returns the generation that its sets are of. */
  public Thinning thinning() {
    return thinning;
  }

  /** Returns how many units its sets hold, each once. */
  public int unitCount() {
    return units.size();
  }

  /**
   * Returns the event time up to which everything was sent, in milliseconds since 1970; -1:
   * unknown. Of merged deltas it is the earliest that is known.
   */
  public long watermark() {
    return watermark;
  }

  /** Returns the earliest event time, in milliseconds since 1970; -1: none. */
  public long fromMillis() {
    return fromMillis;
  }

  /** Returns the latest event time, in milliseconds since 1970; -1: none. */
  public long untilMillis() {
    return untilMillis;
  }

  void setWatermark(long millis) {
    watermark = millis;
  }

  /** Widens the span of event times. */
  void happened(long timeMillis) {
    fromMillis = known(fromMillis, timeMillis, Math.min(fromMillis, timeMillis));
    untilMillis = Math.max(untilMillis, timeMillis);
  }

  UnitTable units() {
    return units;
  }

  PlaceSets setsOf(Place place) {
    return sets.computeIfAbsent(place, key -> new PlaceSets());
  }

  Cell cellOf(CellKey key) {
    return cells.computeIfAbsent(key, made -> new Cell());
  }

  Slots chartOf(CellKey key) {
    return charts.computeIfAbsent(key, made -> new Slots());
  }

  Map<Place, PlaceSets> sets() {
    return sets;
  }

  Map<CellKey, Cell> cells() {
    return cells;
  }

  Map<CellKey, Slots> charts() {
    return charts;
  }

  /** Returns about how many bytes it takes in memory, names aside. */
  public long sizeBytes() {
    long size = units.sizeBytes();
    for (PlaceSets some : sets.values()) {
      size += 2 * Sizes.OBJECT_BYTES + some.sizeBytes();
    }
    for (Cell cell : cells.values()) {
      size += 2 * Sizes.OBJECT_BYTES + cell.sizeBytes();
    }
    for (Slots chart : charts.values()) {
      size += 2 * Sizes.OBJECT_BYTES + chart.sizeBytes();
    }
    return size;
  }
}
