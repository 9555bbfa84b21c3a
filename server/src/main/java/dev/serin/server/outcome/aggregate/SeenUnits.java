package dev.serin.server.outcome.aggregate;

/**
 * A set of units in two parts: those first seen in the generation of {@link Thinning} that holds,
 * which count, and those seen before it, which no longer do. A unit is in one part only, before
 * winning over counted: so the order of what comes does not matter.
 */
final class SeenUnits {
  private final UnitSet counted = new UnitSet();
  private final UnitSet before = new UnitSet();

  void add(int id) {
    if (!before.contains(id)) {
      counted.add(id);
    }
  }

  void addBefore(int id) {
    before.add(id);
    counted.remove(id);
  }

  /**
   * Adds a set of another table.
   *
   * @param translation for each of its ids the one here, or {@link UnitTable#UNKNOWN}: not kept
   * @param isOlder whether it comes from a generation before the one that holds here
   */
  void merge(SeenUnits other, int[] translation, boolean isOlder) {
    before.addAll(other.before, translation);
    (isOlder ? before : counted).addAll(other.counted, translation);
    counted.removeAll(before);
  }

  boolean contains(int id) {
    return counted.contains(id) || before.contains(id);
  }

  boolean isEmpty() {
    return counted.isEmpty() && before.isEmpty();
  }

  UnitSet counted() {
    return counted;
  }

  UnitSet before() {
    return before;
  }

  /** Adds a set of the same table, part by part. */
  void addAll(SeenUnits others) {
    counted.addAll(others.counted);
    before.addAll(others.before);
    counted.removeAll(before);
  }

  /** Adds every unit of both parts to a set of the same table. */
  void addTo(UnitSet units) {
    units.addAll(counted);
    units.addAll(before);
  }

  /** Returns every unit of both parts. */
  UnitSet all() {
    return counted.union(before);
  }

  long sizeBytes() {
    return Sizes.OBJECT_BYTES + counted.sizeBytes() + before.sizeBytes();
  }
}
