package dev.serin.server.outcome.aggregate;

import java.util.Arrays;

/**
 * Gives each unit a number, 0, 1, 2, … in order of arrival, so that sets hold 32-bit ids instead of
 * 64-bit hashes.
 *
 * <p>A hash table of ids over a dense array of hashes. It takes at most 21 bytes for each unit: 8
 * to 10 for the hash (the array grows by a quarter) and 5.3 to 10.7 for its place in the table (a
 * power of two, at most three quarters full).
 */
final class UnitTable {
  static final int UNKNOWN = -1;

  private static final int MIN_PLACES = 8;

  /** Spreads hashes whose lower bits are alike: 2^64 divided by the golden ratio. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private long[] hashes = {};
  private int size;

  /** Id plus 1; 0: free. Looked up from the hash's place on, one after the other. */
  private int[] places = new int[MIN_PLACES];

  UnitTable() {}

  /** What holds of another one now; it can be read by any thread, whatever is added to that. */
  private UnitTable(UnitTable other) {
    // Ids below the size never change, nor do their hashes; a longer array is another one.
    hashes = other.hashes;
    size = other.size;
  }

  /** Returns its hashes by id as they are now; units cannot be looked up in it, nor added. */
  UnitTable hashesNow() {
    return new UnitTable(this);
  }

  int size() {
    return size;
  }

  /** Returns the id of a unit, or {@link #UNKNOWN}. */
  int find(long hash) {
    int id = places[placeOf(hash)];
    return id == 0 ? UNKNOWN : id - 1;
  }

  /** Returns the id of a unit, a new one if it has none. */
  int idOf(long hash) {
    int place = placeOf(hash);
    if (places[place] != 0) {
      return places[place] - 1;
    }
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, Sizes.grown(size));
    }
    hashes[size++] = hash;
    places[place] = size;
    if (size > places.length / 4 * 3) {
      grow();
    }
    return size - 1;
  }

  long hashOf(int id) {
    if (id >= size) {
      throw new IndexOutOfBoundsException("unit: " + id + " (expected: below " + size + ")");
    }
    return hashes[id];
  }

  /** Returns where a hash stands, or the free place where it would. */
  private int placeOf(long hash) {
    int mask = places.length - 1;
    int place = (int) ((hash * SPREAD) >>> Integer.SIZE) & mask;
    while (places[place] != 0 && hashes[places[place] - 1] != hash) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    places = new int[2 * places.length];
    for (int id = 0; id < size; id++) {
      places[placeOf(hashes[id])] = id + 1;
    }
  }

  /** Returns all hashes in rising order. */
  long[] sortedHashes() {
    long[] sorted = Arrays.copyOf(hashes, size);
    Arrays.sort(sorted);
    return sorted;
  }

  long sizeBytes() {
    return Sizes.OBJECT_BYTES
        + Sizes.arrayBytes(hashes.length, Long.BYTES)
        + Sizes.arrayBytes(places.length, Integer.BYTES);
  }
}
