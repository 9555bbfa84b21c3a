package dev.serin.engine;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable numbering of texts, found by String or by UTF-8 bytes without allocation.
 *
 * <p>A table for Strings, which bring a hash code with them that is often computed already, one for
 * {@link ShortText}s, and one for longer texts as bytes.
 */
final class Names {
  /** The number of a text that has none. */
  static final int ABSENT = ShortTextTable.ABSENT;

  static final Names NONE = of(Map.of());

  private final Map<String, Integer> numbers;
  private final int size;
  private final @Nullable String[] keys;
  private final int[] values;
  private final int mask;
  private final ShortTextTable shortTexts;
  private final KeyTable longTexts;
  private final int[] numberByPlace;

  private Names(Map<String, Integer> numbers) {
    this.numbers = Collections.unmodifiableMap(numbers);
    this.size = numbers.size();
    // At most half full: most searches for an unknown name end at the first place.
    int capacity = Integer.highestOneBit(Math.max(2, numbers.size() * 2)) << 1;
    this.keys = new @Nullable String[capacity];
    this.values = new int[capacity];
    this.mask = capacity - 1;
    List<String> longKeys = numbers.keySet().stream().filter(key -> !ShortText.is(key)).toList();
    this.shortTexts = new ShortTextTable(numbers.size() - longKeys.size());
    this.longTexts = KeyTable.of(longKeys);
    this.numberByPlace = new int[longTexts.places()];
    numbers.forEach(this::put);
  }

  private void put(String key, int number) {
    int place = spread(key) & mask;
    while (keys[place] != null) {
      place = (place + 1) & mask;
    }
    keys[place] = key;
    values[place] = number;
    byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
    int length = utf8.length;
    if (length <= ShortText.MAX_BYTES) {
      shortTexts.put(ShortText.head(utf8, 0, length), ShortText.tail(utf8, 0, length), number);
    } else {
      int longPlace = longTexts.find(utf8, 0, length, Bucketing.hash(utf8, 0, length));
      numberByPlace[longPlace] = number;
    }
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
  int number(byte[] utf8, int offset, int length) {
    if (length <= ShortText.MAX_BYTES) {
      return number(ShortText.head(utf8, offset, length), ShortText.tail(utf8, offset, length));
    }
    return number(utf8, offset, length, Bucketing.hash(utf8, offset, length));
  }

  /** Returns the number of a {@link ShortText}, or {@link #ABSENT}. */
  int number(long head, long tail) {
    return shortTexts.number(head, tail);
  }

  /** Returns the number of a text that is no {@link ShortText}, or {@link #ABSENT}. */
  int number(byte[] utf8, int offset, int length, long hash) {
    int place = longTexts.find(utf8, offset, length, hash);
    return place == KeyTable.ABSENT ? ABSENT : numberByPlace[place];
  }

  /** Spreads a hash code, whose low bits are poor for texts that differ in their first chars. */
  static int spread(String text) {
    int hash = text.hashCode() * 0x9e3779b9;
    return hash ^ (hash >>> 15);
  }
}
