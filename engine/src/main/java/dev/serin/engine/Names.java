package dev.serin.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable numbering of texts, found by String or by UTF-8 bytes without allocation.
 *
 * <p>Two tables: a String brings a hash code with it that is often computed already, bytes do not.
 */
final class Names {
  /** The number of a text that has none. */
  static final int ABSENT = -1;

  static final Names NONE = of(Map.of());

  private final Map<String, Integer> numbers;
  private final int size;
  private final @Nullable String[] keys;
  private final int[] values;
  private final int mask;
  private final KeyTable bytes;
  private final int[] valuesByPlace;

  private Names(Map<String, Integer> numbers) {
    this.numbers = Collections.unmodifiableMap(numbers);
    this.size = numbers.size();
    // At most half full: most searches for an unknown name end at the first place.
    int capacity = Integer.highestOneBit(Math.max(2, numbers.size() * 2)) << 1;
    this.keys = new @Nullable String[capacity];
    this.values = new int[capacity];
    this.mask = capacity - 1;
    this.bytes = KeyTable.of(numbers.keySet());
    this.valuesByPlace = new int[bytes.places()];
    numbers.forEach(this::put);
  }

  private void put(String key, int number) {
    int place = spread(key) & mask;
    while (keys[place] != null) {
      place = (place + 1) & mask;
    }
    keys[place] = key;
    values[place] = number;
    byte[] utf8 = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    valuesByPlace[bytes.find(utf8, 0, utf8.length, Bucketing.hash(utf8, 0, utf8.length))] = number;
  }

  /** Returns a numbering; the numbers are 0 or more. */
  static Names of(Map<String, Integer> numbers) {
    return new Names(new LinkedHashMap<>(numbers));
  }

  int size() {
    return size;
  }

  /** Returns the texts in the order they were added, with their numbers. */
  Map<String, Integer> asMap() {
    return numbers;
  }

  /** Returns the number of a text, or {@link #ABSENT}. */
  int number(String text) {
    int place = spread(text) & mask;
    String key;
    while ((key = keys[place]) != null) {
      if (key.equals(text)) {
        return values[place];
      }
      place = (place + 1) & mask;
    }
    return ABSENT;
  }

  /** Returns the number of a text given as UTF-8, or {@link #ABSENT}. */
  int number(byte[] utf8, int offset, int length, long hash) {
    int place = bytes.find(utf8, offset, length, hash);
    return place == KeyTable.ABSENT ? ABSENT : valuesByPlace[place];
  }

  /** Spreads a hash code, whose low bits are poor for texts that differ in their first chars. */
  static int spread(String text) {
    int hash = text.hashCode() * 0x9e3779b9;
    return hash ^ (hash >>> 15);
  }
}
