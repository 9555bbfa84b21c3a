package dev.serin.server.outcome.aggregate;

import java.util.HashMap;
import java.util.Map;

/**
 * The units of one place: who was exposed, who is only marked by an outcome, and for each event who
 * had it. A marked unit that is exposed too, before or after, is exposed only: so the order of what
 * comes does not matter.
 */
final class PlaceSets {
  private final UnitSet exposed;
  private final UnitSet marked;
  private final Map<CellKey, UnitSet> events = new HashMap<>();

  PlaceSets() {
    this(new UnitSet(), new UnitSet());
  }

  private PlaceSets(UnitSet exposed, UnitSet marked) {
    this.exposed = exposed;
    this.marked = marked;
  }

  void expose(int id) {
    exposed.add(id);
    marked.remove(id);
  }

  void mark(int id) {
    if (!exposed.contains(id)) {
      marked.add(id);
    }
  }

  void event(CellKey metric, int id) {
    events.computeIfAbsent(metric, key -> new UnitSet()).add(id);
  }

  /** Adds sets of another table; {@code translation} holds for each of its ids the one here. */
  void merge(PlaceSets other, int[] translation) {
    exposed.addAll(other.exposed, translation);
    marked.addAll(other.marked, translation);
    marked.removeAll(exposed);
    other.events.forEach(
        (metric, units) ->
            events.computeIfAbsent(metric, key -> new UnitSet()).addAll(units, translation));
  }

  UnitSet exposed() {
    return exposed;
  }

  UnitSet marked() {
    return marked;
  }

  Map<CellKey, UnitSet> events() {
    return events;
  }

  UnitSet event(CellKey metric) {
    UnitSet units = events.get(metric);
    return units == null ? new UnitSet() : units;
  }

  /** Returns every unit that any of the sets holds. */
  UnitSet all() {
    UnitSet all = exposed.union(marked);
    events.values().forEach(all::addAll);
    return all;
  }

  long sizeBytes() {
    long size = Sizes.OBJECT_BYTES + exposed.sizeBytes() + marked.sizeBytes();
    for (UnitSet units : events.values()) {
      size += Sizes.OBJECT_BYTES + units.sizeBytes();
    }
    return size;
  }
}
