package dev.serin.server.outcome.aggregate;

import java.util.HashMap;
import java.util.Map;

/**
 * The units of one place: who was exposed, who is only marked by an outcome, and for each event who
 * had it. A marked unit that is exposed too, before or after, is exposed only: so the order of what
 * comes does not matter. One that was marked in a generation before and exposed in this one counts
 * as exposed, but stays known as marked before: it was not first seen now.
 */
final class PlaceSets {
  private final SeenUnits exposed = new SeenUnits();
  private final SeenUnits marked = new SeenUnits();
  private final Map<CellKey, SeenUnits> events = new HashMap<>();
  private long merges;

  void expose(int id) {
    exposed.add(id);
    marked.counted().remove(id);
  }

  void mark(int id) {
    if (!exposed.contains(id)) {
      marked.add(id);
    }
  }

  void event(CellKey metric, int id) {
    ensureEvent(metric).add(id);
  }

  SeenUnits ensureEvent(CellKey metric) {
    return events.computeIfAbsent(metric, key -> new SeenUnits());
  }

  /** Adds sets of another table, as {@link SeenUnits#merge} says. */
  void merge(PlaceSets other, int[] translation, boolean isOlder) {
    merges++;
    exposed.merge(other.exposed, translation, isOlder);
    marked.merge(other.marked, translation, isOlder);
    settle();
    other.events.forEach(
        (metric, units) -> {
          SeenUnits here = ensureEvent(metric);
          here.merge(units, translation, isOlder);
          if (here.isEmpty()) {
            events.remove(metric);
          }
        });
  }

  /** Takes out of the marked what is exposed. */
  void settle() {
    marked.counted().removeAll(exposed.counted());
    marked.counted().removeAll(exposed.before());
    marked.before().removeAll(exposed.before());
  }

  /** Returns how often something was merged into it: while it is the same, so are the sets. */
  long merges() {
    return merges;
  }

  boolean isEmpty() {
    return exposed.isEmpty() && marked.isEmpty() && events.isEmpty();
  }

  SeenUnits exposed() {
    return exposed;
  }

  SeenUnits marked() {
    return marked;
  }

  Map<CellKey, SeenUnits> events() {
    return events;
  }

  SeenUnits event(CellKey metric) {
    SeenUnits units = events.get(metric);
    return units == null ? new SeenUnits() : units;
  }

  /** Returns the units that were exposed or marked, and never before this generation. */
  UnitSet users() {
    UnitSet users = exposed.counted().union(marked.counted());
    users.removeAll(marked.before());
    return users;
  }

  /** Returns every unit that any of the sets holds. */
  UnitSet all() {
    UnitSet all = exposed.all();
    marked.addTo(all);
    events.values().forEach(units -> units.addTo(all));
    return all;
  }

  PlaceSets copy() {
    PlaceSets copy = new PlaceSets();
    copy.exposed.addAll(exposed);
    copy.marked.addAll(marked);
    events.forEach((metric, units) -> copy.ensureEvent(metric).addAll(units));
    return copy;
  }

  long sizeBytes() {
    long size = Sizes.OBJECT_BYTES + exposed.sizeBytes() + marked.sizeBytes();
    for (SeenUnits units : events.values()) {
      size += Sizes.OBJECT_BYTES + units.sizeBytes();
    }
    return size;
  }
}
