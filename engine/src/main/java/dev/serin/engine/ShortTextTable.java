package dev.serin.engine;

/**
 * An immutable map from {@link ShortText}s to numbers, found without a look at memory but one place
 * of the table: most names and literals are that short.
 */
final class ShortTextTable {
  /** What {@link #number} returns for a text that is not there. */
  static final int ABSENT = -1;

  // Words of a place: the tail, zero if the place is empty; the head; the number.
  private static final int HEAD = 1;
  private static final int NUMBER = 2;
  private static final int WORDS = 3;

  // Odd numbers whose bits look random, from SplitMix64.
  private static final long HEAD_FACTOR = 0x9e3779b97f4a7c15L;
  private static final long FACTOR = 0xbf58476d1ce4e5b9L;

  private final long[] places;
  private final int last;
  private final int shift;

  /** Makes an empty table for so many texts; {@link #put} fills it before anybody reads it. */
  ShortTextTable(int texts) {
    // At most a quarter full: nearly all searches end at the first place.
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, texts * 4 - 1));
    last = (1 << bits) - 1;
    shift = Long.SIZE - bits;
    places = new long[Math.multiplyExact(1 << bits, WORDS)];
  }

  /** Adds a text that is not there yet. */
  void put(long head, long tail, int number) {
    int place = home(head, tail);
    while (places[place * WORDS] != 0) {
      place = (place + 1) & last;
    }
    places[place * WORDS] = tail;
    places[place * WORDS + HEAD] = head;
    places[place * WORDS + NUMBER] = number;
  }

  /** Returns the number of a text, or {@link #ABSENT}. */
  int number(long head, long tail) {
    int place = home(head, tail);
    while (true) {
      int at = place * WORDS;
      long found = places[at];
      if (found == tail && places[at + HEAD] == head) {
        return (int) places[at + NUMBER];
      }
      if (found == 0) {
        return ABSENT;
      }
      place = (place + 1) & last;
    }
  }

  private int home(long head, long tail) {
    return (int) (((head * HEAD_FACTOR + tail) * FACTOR) >>> shift);
  }
}
