package dev.serin.server.outcome.aggregate;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a replica knows to be counted: every delta it has seen, merged. What is asked for is
 * returned as copies.
 *
 * <p>For one thread. Whoever applies deltas applies each once.
 */
public final class MergedView {
  private Delta all;
  private FrozenSizes frozen;
  private UnitNumbering numbering = new UnitNumbering();

  /** Makes an empty view of a store that never thinned. */
  public MergedView() {
    this(FrozenSizes.NONE);
  }

  /** Makes an empty view of a store whose newest generation began with these sizes. */
  public MergedView(FrozenSizes frozen) {
    this.all = new Delta(frozen.thinning());
    this.frozen = frozen;
  }

  /**
   * Adds a delta, or a base; it stays as it is. Units of a generation before the one that holds
   * were seen before, and are not counted.
   *
   * @throws IllegalArgumentException if it is of a generation that was not yet begun here
   */
  public void apply(Delta delta) {
    if (delta.thinning().generation() > thinning().generation()) {
      throw new IllegalArgumentException(
          "generation: "
              + delta.thinning().generation()
              + " (expected: at most "
              + thinning().generation()
              + ", or thinned first)");
    }
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

  /**
   * Returns what the next generation would begin with: half of the units, and the sizes of all sets
   * as they are shown now. It begins once it is in the store and given to {@link #thin}.
   *
   * @throws IllegalStateException if the level is at its limit
   */
  public FrozenSizes nextGeneration() {
    Map<CellKey, Long> sizes = new HashMap<>(frozen.sizes());
    for (Map.Entry<Place, PlaceSets> entry : all.sets().entrySet()) {
      PlaceUnits units = units(entry.getKey());
      put(sizes, CellKey.exposures(entry.getKey()), units.exposedCount());
      put(sizes, CellKey.outcomes(entry.getKey()), units.userCount());
      for (CellKey event : entry.getValue().events().keySet()) {
        put(sizes, event, units.eventCount(event));
      }
    }
    return new FrozenSizes(thinning().next(), sizes);
  }

  private static void put(Map<CellKey, Long> sizes, CellKey key, UnitCount count) {
    if (count.units() > 0) {
      sizes.put(key, count.units());
    }
  }

  /**
   * Begins a generation: of all sets those units stay that it keeps, and were seen before. Nothing
   * happens if it has begun already.
   *
   * @throws IllegalArgumentException if it is not of the same store
   */
  public void thin(FrozenSizes next) {
    if (next.thinning().generation() > thinning().generation()) {
      all.merge(new Delta(next.thinning()));
      frozen = next;
      numbering = new UnitNumbering();
    }
  }

  /** Drops what retention drops of places, see {@link Delta#retained}; false: there is nothing. */
  public boolean expire(Predicate<Place> expired) {
    Delta kept = all.retained(expired);
    boolean isLess = kept != all;
    all = kept;
    Map<CellKey, Long> sizes = new HashMap<>(frozen.sizes());
    isLess |= sizes.keySet().removeIf(key -> expired.test(key.place()));
    frozen = new FrozenSizes(frozen.thinning(), sizes);
    if (isLess) {
      numbering = new UnitNumbering();
    }
    return isLess;
  }

  /** Returns the sets of a place as they are, not a copy; null: it has none. */
  @Nullable PlaceSets setsOrNull(Place place) {
    return all.sets().get(place);
  }

  /** Returns the number of a unit, given as a hash, or {@link UnitTable#UNKNOWN}. */
  int idOf(long unit) {
    return all.units().find(unit);
  }

  /** Returns the namespaces in which something has been counted. */
  public Set<String> namespaces() {
    return all.cells().keySet().stream().map(key -> key.place().namespace()).collect(toSet());
  }

  /** Returns what has been counted, in order of place, metric and definition. */
  public List<CellKey> keys() {
    return all.cells().keySet().stream().sorted().toList();
  }

  /** Returns what a metric's values add up to at a place; empty: there were none. */
  public Optional<Cell> cell(CellKey key) {
    return Optional.ofNullable(all.cells().get(key)).map(Cell::copy);
  }

  /** Returns how many values a metric has at a place; 0: none. Takes one look-up. */
  public long count(CellKey key) {
    Cell cell = all.cells().get(key);
    return cell == null ? 0 : cell.count();
  }

  /**
   * Returns what is made of the values of a metric at a place, without copying them.
   *
   * @param made of the values, null where there are none; it changes and keeps nothing of them
   */
  public <T> T make(CellKey key, Function<@Nullable Cell, T> made) {
    return made.apply(all.cells().get(key));
  }

  /**
   * Returns what units are numbered by; another one once a generation has begun or something has
   * expired, and in every other view.
   */
  public UnitNumbering numbering() {
    return numbering;
  }

  /**
   * Returns a number that grows whenever the sets of a place change, as long as {@link #numbering}
   * stays: the same number, the same sets. 0: it has none. Takes one look-up.
   */
  public long changes(Place place) {
    // Sizes would not do: what comes of an older generation takes units out of what counts.
    PlaceSets sets = all.sets().get(place);
    return sets == null ? 0 : sets.merges();
  }

  /** Returns the places of a feature at which something was counted, in order. */
  public List<Place> places(String namespace, String feature) {
    return Stream.concat(
            all.cells().keySet().stream().map(CellKey::place), all.sets().keySet().stream())
        .filter(place -> place.feature().equals(feature) && place.namespace().equals(namespace))
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * Returns the slots of several charts as those of one, in order of time; only what is asked for
   * is copied.
   *
   * @param fromMillis first moment, milliseconds since 1970; slots that begin before are left out
   * @param untilMillis first moment after
   * @param widthMillis width of a slot, one of the two there are
   */
  public List<Slot> slots(
      Collection<CellKey> keys, long fromMillis, long untilMillis, long widthMillis) {
    List<Slots> charts = keys.stream().map(all.charts()::get).filter(Objects::nonNull).toList();
    return Slots.merged(charts, fromMillis, untilMillis, widthMillis);
  }

  /**
   * Returns what fell into a time within the last hour, of charts as one, as one slot that begins
   * with it; empty: nothing did.
   *
   * @param fromMillis its begin, milliseconds since 1970, a whole number of slots of 10 s
   * @param untilMillis its end, likewise
   */
  public List<Slot> slot(Collection<CellKey> keys, long fromMillis, long untilMillis) {
    List<Slots> charts = keys.stream().map(all.charts()::get).filter(Objects::nonNull).toList();
    return Slots.asOne(charts, fromMillis, untilMillis);
  }

  /** Returns the end of the newest slot of a chart, milliseconds since 1970; 0: it has none. */
  public long untilMillis(CellKey key) {
    Slots chart = all.charts().get(key);
    return chart == null ? 0 : chart.untilMillis();
  }

  /**
   * Returns when the newest value of a chart happened, milliseconds since 1970: to the millisecond
   * where a flush of this replica brought it, else no earlier than it did and within the flush, or
   * ten seconds, whichever is closer; -1: it has none. Takes one look-up.
   */
  public long lastMillis(CellKey key) {
    Slots chart = all.charts().get(key);
    return chart == null ? -1 : chart.lastMillis();
  }

  /** Returns the chart of a metric at a place; empty: nothing was counted. */
  public Optional<Slots> chart(CellKey key) {
    return Optional.ofNullable(all.charts().get(key)).map(Slots::copy);
  }

  /** Returns the units of a place, as they are now. */
  public PlaceUnits units(Place place) {
    PlaceSets sets = all.sets().get(place);
    return new PlaceUnits(
        place, sets == null ? new PlaceSets() : sets, leaked(place), all.units(), frozen);
  }

  /**
   * Returns the units of all places of one stage or period, as {@link #units} does, without looking
   * through the places of others for peers.
   *
   * @param peers all of its places, peers of each other
   */
  public List<PlaceUnits> units(List<Place> peers) {
    Map<String, List<UnitSet>> variants = new HashMap<>();
    for (Place place : peers) {
      PlaceSets sets = all.sets().get(place);
      if (sets != null && place.isEvidence()) {
        variants.computeIfAbsent(place.variant(), key -> new ArrayList<>()).add(sets.all());
      }
    }
    UnitSet leaked = leaked(variants.values());
    return peers.stream()
        .map(
            place ->
                new PlaceUnits(
                    place,
                    all.sets().getOrDefault(place, new PlaceSets()),
                    leaked,
                    all.units(),
                    frozen))
        .toList();
  }

  private UnitSet leaked(Place place) {
    return leaked(variantsOf(place));
  }

  private static UnitSet leaked(Collection<List<UnitSet>> variants) {
    UnitSet seen = new UnitSet();
    UnitSet leaked = new UnitSet();
    for (Collection<UnitSet> variant : variants) {
      UnitSet units = new UnitSet();
      variant.forEach(units::addAll);
      leaked.addAll(seen.intersection(units));
      seen.addAll(units);
    }
    return leaked;
  }

  /**
   * Returns for each variant of a place's stage or period the units of its arms, of those that are
   * evidence: who had a variant by an override, or after the end, had no two.
   */
  private Collection<List<UnitSet>> variantsOf(Place place) {
    return all.sets().entrySet().stream()
        .filter(entry -> entry.getKey().isPeerOf(place) && entry.getKey().isEvidence())
        .collect(
            groupingBy(
                entry -> entry.getKey().variant(),
                mapping(entry -> entry.getValue().all(), toList())))
        .values();
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
