package dev.serin.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/**
 * An immutable set of texts that answers exactly, and in at most two cache misses.
 *
 * <p>In front stands a Bloom filter whose bits for one text lie in a single word (Putze, Sanders,
 * Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007), so that most texts that are
 * not in the set cost one read of a small array. Behind it an open-addressing table with linear
 * probing holds the texts themselves, inline: verifying a text reads the memory that finding it has
 * read.
 *
 * <p>Each slot is as many words as the longest text needs: first the text's tail as {@link
 * ShortText} has it (zero: the slot is empty), then the words before the tail, its head the first
 * of them. Texts above {@value #MAX_INLINE_BYTES} bytes are kept in an array of their own, found by
 * hash.
 */
final class KeyTable {
  /** What {@link #find} returns for a text that is not in the set. */
  static final int ABSENT = -1;

  /** Bytes of the longest text in a slot: eight words, one cache line, less the length byte. */
  static final int MAX_INLINE_BYTES = 63;

  /** A tail and a head: what a {@link ShortText} is compared with. */
  private static final int MIN_WORDS_PER_SLOT = 2;

  /** Bits of the filter for each text: about one in a hundred others passes. */
  private static final int FILTER_BITS_PER_KEY = 12;

  private final long[] filter;
  private final long[] words;
  private final int wordsPerSlot;
  private final int slots;
  private final byte[][] longKeys;
  private final int size;

  private KeyTable(
      long[] filter, long[] words, int wordsPerSlot, int slots, byte[][] longKeys, int size) {
    this.filter = filter;
    this.words = words;
    this.wordsPerSlot = wordsPerSlot;
    this.slots = slots;
    this.longKeys = longKeys;
    this.size = size;
  }

  /** Returns the set of these texts; a text may occur more than once. */
  static KeyTable of(Collection<String> texts) {
    byte[][] keys = new byte[texts.size()][];
    int count = 0;
    int longest = 0;
    int longCount = 0;
    for (String text : texts) {
      byte[] key = text.getBytes(StandardCharsets.UTF_8);
      keys[count++] = key;
      if (key.length <= MAX_INLINE_BYTES) {
        longest = Math.max(longest, key.length);
      } else {
        longCount++;
      }
    }
    int wordsPerSlot = Math.max(MIN_WORDS_PER_SLOT, longest / Long.BYTES + 1);
    // A load of two thirds: a text is found in the first slot or a neighbour of it.
    int slots = Math.max(2, Math.toIntExact((count - longCount) * 3L / 2 + 1));
    byte[][] longKeys = new byte[longCount == 0 ? 0 : longCount * 2][];
    long[] filter = new long[Math.max(1, (int) ((long) count * FILTER_BITS_PER_KEY / Long.SIZE))];
    long[] words = new long[Math.multiplyExact(slots, wordsPerSlot)];
    KeyTable empty = new KeyTable(filter, words, wordsPerSlot, slots, longKeys, 0);
    int size = 0;
    for (byte[] key : keys) {
      size += empty.add(key) ? 1 : 0;
    }
    return new KeyTable(filter, words, wordsPerSlot, slots, longKeys, size);
  }

  /** Returns the number of different texts. */
  int size() {
    return size;
  }

  /** Returns the number of places {@link #find} may return: a bound for arrays of values. */
  int places() {
    return slots + longKeys.length;
  }

  /** Returns false for most texts that are not in the set, and true for all that are. */
  boolean mayContain(long hash) {
    return mayContain(filter, filter.length, hash);
  }

  /** Returns {@link #mayContain} of the set with this filter, which has so many words. */
  static boolean mayContain(long[] filter, int filterWords, long hash) {
    long bits = filterBits(hash);
    return (filter[reduce(hash, filterWords)] & bits) == bits;
  }

  /** Returns the filter, to be read only. */
  long[] filter() {
    return filter;
  }

  /**
   * Returns the place of a text, or {@link #ABSENT}; {@code hash} is its {@link Bucketing#hash}.
   */
  int find(byte[] bytes, int offset, int length, long hash) {
    if (length > MAX_INLINE_BYTES) {
      return findLong(bytes, offset, length, hash);
    }
    int whole = length / Long.BYTES;
    if (whole >= wordsPerSlot) {
      return ABSENT;
    }
    long tail = ShortText.tail(bytes, offset, length);
    int slot = reduce(hash, slots);
    while (true) {
      int at = slot * wordsPerSlot;
      long found = words[at];
      if (found == tail && holds(at, bytes, offset, whole)) {
        return slot;
      }
      if (found == 0) {
        return ABSENT;
      }
      slot = slot + 1 == slots ? 0 : slot + 1;
    }
  }

  /**
   * Returns the place of a {@link ShortText}, or {@link #ABSENT}; {@code hash} is its {@link
   * Bucketing#hash}.
   */
  int find(long head, long tail, long hash) {
    int slot = reduce(hash, slots);
    while (true) {
      int at = slot * wordsPerSlot;
      long found = words[at];
      if (found == tail && words[at + 1] == head) {
        return slot;
      }
      if (found == 0) {
        return ABSENT;
      }
      slot = slot + 1 == slots ? 0 : slot + 1;
    }
  }

  private boolean holds(int at, byte[] bytes, int offset, int whole) {
    for (int i = 0; i < whole; i++) {
      if (words[at + 1 + i] != Utf8.word(bytes, offset + Long.BYTES * i)) {
        return false;
      }
    }
    return true;
  }

  private int findLong(byte[] bytes, int offset, int length, long hash) {
    if (longKeys.length == 0) {
      return ABSENT;
    }
    int place = reduce(hash, longKeys.length);
    while (longKeys[place] != null) {
      if (Arrays.equals(
          longKeys[place], 0, longKeys[place].length, bytes, offset, offset + length)) {
        return slots + place;
      }
      place = place + 1 == longKeys.length ? 0 : place + 1;
    }
    return ABSENT;
  }

  /** Adds a text while the table is built; returns whether it is new. */
  private boolean add(byte[] key) {
    long hash = Bucketing.hash(key, 0, key.length);
    if (find(key, 0, key.length, hash) != ABSENT) {
      return false;
    }
    filter[reduce(hash, filter.length)] |= filterBits(hash);
    if (key.length > MAX_INLINE_BYTES) {
      int place = reduce(hash, longKeys.length);
      while (longKeys[place] != null) {
        place = place + 1 == longKeys.length ? 0 : place + 1;
      }
      longKeys[place] = key;
      return true;
    }
    int slot = reduce(hash, slots);
    while (words[slot * wordsPerSlot] != 0) {
      slot = slot + 1 == slots ? 0 : slot + 1;
    }
    int at = slot * wordsPerSlot;
    words[at] = ShortText.tail(key, 0, key.length);
    for (int i = 0; i < key.length / Long.BYTES; i++) {
      words[at + 1 + i] = Utf8.word(key, Long.BYTES * i);
    }
    return true;
  }

  /** Returns four bits of one word, chosen by the lower half of a hash. */
  private static long filterBits(long hash) {
    return (1L << hash) | (1L << (hash >>> 6)) | (1L << (hash >>> 12)) | (1L << (hash >>> 18));
  }

  /** Scales the upper half of a hash to 0 … count - 1. */
  private static int reduce(long hash, int count) {
    return (int) (((hash >>> Integer.SIZE) * count) >>> Integer.SIZE);
  }
}
