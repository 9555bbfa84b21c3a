package dev.serin.server.outcome.aggregate;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * A set of units, as ids of one {@link UnitTable}: sets of the same table can be combined. It takes
 * about 2 bytes for each member, and never more than about a bit for each unit of the table.
 */
public final class UnitSet {
  /** Units from which on it pays to make a set of them first. */
  private static final int MANY = 256;

  private final RoaringBitmap ids;

  UnitSet() {
    this(new RoaringBitmap());
  }

  UnitSet(RoaringBitmap ids) {
    this.ids = ids;
  }

  /** Returns a set of nobody, of whatever table. */
  public static UnitSet nobody() {
    return new UnitSet();
  }

  void add(int id) {
    ids.add(id);
  }

  void remove(int id) {
    ids.remove(id);
  }

  boolean contains(int id) {
    return ids.contains(id);
  }

  void addAll(UnitSet others) {
    ids.or(others.ids);
  }

  void removeAll(UnitSet others) {
    ids.andNot(others.ids);
  }

  /**
   * Adds a set of another table.
   *
   * @param translation for each of its ids the one here, or {@link UnitTable#UNKNOWN}: left out
   */
  void addAll(UnitSet others, int[] translation) {
    int[] here = new int[others.size()];
    int[] count = {0};
    others.forEach(
        id -> {
          if (translation[id] != UnitTable.UNKNOWN) {
            here[count[0]++] = translation[id];
          }
        });
    if (count[0] < MANY) {
      for (int i = 0; i < count[0]; i++) {
        ids.add(here[i]);
      }
    } else {
      // Sorted first: a set of its own, of which nothing has to be moved.
      ids.or(RoaringBitmap.bitmapOfUnordered(Arrays.copyOf(here, count[0])));
    }
  }

  void forEach(IntConsumer visitor) {
    ids.forEach((org.roaringbitmap.IntConsumer) visitor::accept);
  }

  /** Returns how many units are in the set. */
  public int size() {
    return ids.getCardinality();
  }

  /** Whether no unit is in the set. */
  public boolean isEmpty() {
    return ids.isEmpty();
  }

  /** Returns the units that are in this set or in the other. */
  public UnitSet union(UnitSet other) {
    return new UnitSet(RoaringBitmap.or(ids, other.ids));
  }

  /** Returns the units that are in both. */
  public UnitSet intersection(UnitSet other) {
    return new UnitSet(RoaringBitmap.and(ids, other.ids));
  }

  /** Returns the units that are in this set and not in the other. */
  public UnitSet without(UnitSet other) {
    return new UnitSet(RoaringBitmap.andNot(ids, other.ids));
  }

  /** Returns how many units are in both. */
  public int intersectionSize(UnitSet other) {
    return RoaringBitmap.andCardinality(ids, other.ids);
  }

  UnitSet copy() {
    return new UnitSet(ids.clone());
  }

  /** Returns the ids as other numbers, in rising order. */
  int[] translated(int[] translation) {
    int[] numbers = new int[size()];
    int[] next = {0};
    forEach(id -> numbers[next[0]++] = translation[id]);
    Arrays.sort(numbers);
    return numbers;
  }

  long sizeBytes() {
    return Sizes.OBJECT_BYTES + ids.getLongSizeInBytes();
  }
}
