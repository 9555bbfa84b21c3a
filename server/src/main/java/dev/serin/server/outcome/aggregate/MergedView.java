package dev.serin.server.outcome.aggregate;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * All that a replica knows to be counted: every delta it has seen, merged. What is asked for is
 * returned as copies.
 *
 * <p>For one thread. Whoever applies deltas applies each once.
 */
public final class MergedView {
  private final Delta all = new Delta();

  /** Makes an empty view. */
  public MergedView() {}

  /** Adds a delta, or a base; it stays as it is. */
  public void apply(Delta delta) {
    all.merge(delta);
  }

  /** Returns a delta that holds the same: applied to an empty view it gives an equal one. */
  public Delta toDelta() {
    Delta copy = new Delta(all.thinning());
    copy.merge(all);
    return copy;
  }

  /** Returns the generation that its sets are of. */
  public Thinning thinning() {
    return all.thinning();
  }

  boolean isExposed(Place place, long unit) {
    return has(place, unit, (sets, id) -> sets.exposed().contains(id));
  }

  boolean isMarked(Place place, long unit) {
    return has(place, unit, (sets, id) -> sets.marked().contains(id));
  }

  boolean hadEvent(CellKey metric, long unit) {
    return has(metric.place(), unit, (sets, id) -> sets.event(metric).contains(id));
  }

  private boolean has(Place place, long unit, Membership question) {
    PlaceSets sets = all.sets().get(place);
    int id = sets == null ? UnitTable.UNKNOWN : all.units().find(unit);
    return sets != null && id != UnitTable.UNKNOWN && question.holds(sets, id);
  }

  @FunctionalInterface
  private interface Membership {
    boolean holds(PlaceSets sets, int id);
  }

  /** Returns what has been counted, in order of place, metric and definition. */
  public List<CellKey> keys() {
    return all.cells().keySet().stream().sorted().toList();
  }

  /** Returns what a metric's values add up to at a place; empty: there were none. */
  public Optional<Cell> cell(CellKey key) {
    return Optional.ofNullable(all.cells().get(key)).map(Cell::copy);
  }

  /** Returns the chart of a metric at a place; empty: nothing was counted. */
  public Optional<Slots> chart(CellKey key) {
    return Optional.ofNullable(all.charts().get(key)).map(Slots::copy);
  }

  /** Returns the units that were exposed at a place, without the leaked ones. */
  public UnitSet exposed(Place place) {
    return setsOf(place).exposed().counted().without(leaked(place));
  }

  /** Returns the units that only an outcome marks at a place, without the leaked ones. */
  public UnitSet marked(Place place) {
    return setsOf(place).marked().counted().without(leaked(place));
  }

  /** Returns the units that had an event at a place, without the leaked ones. */
  public UnitSet withEvent(CellKey metric) {
    return setsOf(metric.place()).event(metric).counted().without(leaked(metric.place()));
  }

  /** Returns the units seen in two variants of a place's stage or period: no evidence for any. */
  public UnitSet leaked(Place place) {
    UnitSet seen = new UnitSet();
    UnitSet leaked = new UnitSet();
    for (Collection<UnitSet> variant : variantsOf(place)) {
      UnitSet units = new UnitSet();
      variant.forEach(units::addAll);
      leaked.addAll(seen.intersection(units));
      seen.addAll(units);
    }
    return leaked;
  }

  /** Returns for each variant of a place's stage or period the units of its arms. */
  private Collection<List<UnitSet>> variantsOf(Place place) {
    return all.sets().entrySet().stream()
        .filter(entry -> entry.getKey().isPeerOf(place))
        .collect(
            groupingBy(
                entry -> entry.getKey().variant(),
                mapping(entry -> entry.getValue().all(), toList())))
        .values();
  }

  private PlaceSets setsOf(Place place) {
    PlaceSets sets = all.sets().get(place);
    return sets == null ? new PlaceSets() : sets;
  }

  /** Returns how many distinct units are known. */
  public int unitCount() {
    return all.unitCount();
  }

  /** Returns about how many bytes it takes in memory, names aside. */
  public long sizeBytes() {
    return all.sizeBytes();
  }
}
