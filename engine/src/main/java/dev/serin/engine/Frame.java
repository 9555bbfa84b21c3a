package dev.serin.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one call, by slot, and what was found out about them so far: the part of an {@link
 * EvaluationContext} that matchers read. A part by inheritance, so that there is one object only to
 * be in the cache.
 *
 * <p>A slot is eight words, as many as a cache line: what kind of value it holds, the value itself
 * if it is a number or a {@link ShortText}, and lazily the value's hash, its id among the
 * attribute's literals, its version. What one feature has found out the next one finds here. Longer
 * texts are UTF-8 in one buffer. A String is read into either when its bytes are first asked for.
 *
 * <p>Beginning a call is cheap: each slot carries the number of the call it was filled in, and
 * counts as empty in every other. The elements of lists take slots behind those of the attributes.
 *
 * <p>For one thread at a time. Nothing is allocated once the arrays have grown to the calls' size.
 */
abstract sealed class Frame permits EvaluationContext {
  // Words of a slot, behind the first: its state.
  private static final int VALUE = 1;
  private static final int HEAD = 1;
  private static final int TAIL = 2;
  private static final int LOCATION = 3;
  private static final int HASH = 4;
  private static final int ID = 5;
  private static final int PACKED_VERSION = 6;
  private static final int WORDS = 8;

  // Kinds of values, in the lowest bits of the state.
  static final int NOTHING = 0;
  static final int TEXT = 1;
  static final int NUMBER = 2;
  static final int BOOL = 3;
  static final int LIST = 4;
  static final int OTHER = 5;
  private static final int KIND_MASK = 7;

  // What is known of the value.
  private static final int UNREAD = 1 << 3;
  private static final int SHORT = 1 << 4;
  private static final int LOCATED = 1 << 5;
  private static final int HASHED = 1 << 6;
  private static final int UNIT = 1 << 7;
  private static final int IDENTIFIED = 1 << 8;
  private static final int VERSIONED = 1 << 9;

  /** One call after another; the state bits below it are free. */
  private static final long GENERATION = 1L << 16;

  private static final long GENERATION_MASK = -GENERATION;

  /** Integers up to here are exact in a double, so that they have one text. */
  private static final double MAX_INTEGER = 1L << 53;

  /** Bytes of the longest integer above, with sign. */
  private static final int MAX_INTEGER_BYTES = 17;

  private static final int MIN_BUFFER_BYTES = 64;

  private long generation;
  private long[] words = {};
  private @Nullable String[] strings = {};
  private byte[] buffer = {};
  private int bufferEnd;
  private int attributes;
  private int slots;
  private Schema schema = Schema.NONE;

  Frame() {}

  /** Makes room for the slots of a schema, which from now on the values are of. */
  final void fit(Schema schema) {
    this.schema = schema;
    attributes = schema.attributes().size();
    if (strings.length < attributes) {
      grow(attributes);
    }
  }

  /** Forgets all values. */
  final void forget() {
    generation += GENERATION;
    bufferEnd = 0;
    slots = attributes;
  }

  // Filling.

  /** Sets the value of a slot to a text. */
  public final void text(int slot, String text) {
    words[slot * WORDS] = generation | TEXT | UNREAD | (text.isEmpty() ? 0 : UNIT);
    strings[slot] = text;
  }

  /** Sets the value of a slot to a text in UTF-8. */
  public final void text(int slot, byte[] utf8, int offset, int length) {
    int at = slot * WORDS;
    if (length <= ShortText.MAX_BYTES) {
      words[at] = generation | TEXT | SHORT | (length == 0 ? 0 : UNIT);
      words[at + HEAD] = ShortText.head(utf8, offset, length);
      words[at + TAIL] = ShortText.tail(utf8, offset, length);
    } else {
      int start = reserve(length);
      System.arraycopy(utf8, offset, buffer, start, length);
      words[at] = generation | TEXT | LOCATED | UNIT;
      words[at + LOCATION] = location(start, length);
    }
  }

  /** Sets the value of a slot to a number. */
  public final void number(int slot, double number) {
    int at = slot * WORDS;
    words[at] = generation | NUMBER;
    words[at + VALUE] = Double.doubleToRawLongBits(number);
  }

  /** Sets the value of a slot to a truth value. */
  public final void bool(int slot, boolean value) {
    int at = slot * WORDS;
    words[at] = generation | BOOL;
    words[at + VALUE] = value ? 1 : 0;
  }

  /** Sets the value of a slot to something that is there but passes no test, an object for one. */
  public final void other(int slot) {
    words[slot * WORDS] = generation | OTHER;
  }

  /** Sets the value of a slot to null: it counts as absent. */
  public final void nothing(int slot) {
    words[slot * WORDS] = generation | NOTHING;
  }

  /** Sets the value of a slot to an empty list, for {@link #element} to add to. */
  public final void list(int slot) {
    int at = slot * WORDS;
    words[at] = generation | LIST;
    words[at + LOCATION] = location(slots, 0);
  }

  /**
   * Adds an element to a list and returns the slot to set its value in. A list is complete before
   * the next one is begun.
   */
  public final int element(int listSlot) {
    int element = slots++;
    if (strings.length < slots) {
      grow(Math.max(slots, strings.length * 2));
    }
    words[listSlot * WORDS + LOCATION]++;
    return element;
  }

  // Reading.

  /** Returns the kind of the value: {@link #NOTHING}, {@link #TEXT} and so on. */
  int kind(int slot) {
    long state = words[slot * WORDS];
    return (state & GENERATION_MASK) == generation ? (int) state & KIND_MASK : NOTHING;
  }

  /** Returns whether the value is a text. */
  boolean isText(int slot) {
    return (words[slot * WORDS] & (GENERATION_MASK | KIND_MASK)) == (generation | TEXT);
  }

  /** Returns the slot of a list's first element; the others follow. */
  int firstElement(int slot) {
    return (int) (words[slot * WORDS + LOCATION] >>> Integer.SIZE);
  }

  /** Returns the number of a list's elements. */
  int elementCount(int slot) {
    return (int) words[slot * WORDS + LOCATION];
  }

  /** Returns the number; the value is one. */
  double number(int slot) {
    return Double.longBitsToDouble(words[slot * WORDS + VALUE]);
  }

  /** Returns the truth value; the value is one. */
  boolean bool(int slot) {
    return words[slot * WORDS + VALUE] != 0;
  }

  /** Returns the array with the bytes of a text. */
  byte[] bytes(int slot) {
    int at = slot * WORDS;
    read(slot, at);
    if ((words[at] & LOCATED) == 0) {
      int start = reserve(2 * Long.BYTES);
      ShortText.write(words[at + HEAD], words[at + TAIL], buffer, start);
      words[at + LOCATION] = location(start, ShortText.length(words[at + TAIL]));
      words[at] |= LOCATED;
    }
    return buffer;
  }

  /** Returns where a text's bytes begin; {@link #bytes} was asked for before. */
  int offset(int slot) {
    return (int) (words[slot * WORDS + LOCATION] >>> Integer.SIZE);
  }

  /** Returns the number of a text's bytes; {@link #bytes} was asked for before. */
  int length(int slot) {
    return (int) words[slot * WORDS + LOCATION];
  }

  /** Returns a text as a String, made anew. */
  String text(int slot) {
    byte[] bytes = bytes(slot);
    return new String(bytes, offset(slot), length(slot), StandardCharsets.UTF_8);
  }

  /** Returns the hash of a text. */
  long hash(int slot) {
    int at = slot * WORDS;
    long state = words[at];
    if ((state & HASHED) != 0) {
      return words[at + HASH];
    }
    if ((state & UNREAD) != 0) {
      read(slot, at);
      state = words[at];
    }
    long hash =
        (state & SHORT) != 0
            ? ShortText.hash(words[at + HEAD], words[at + TAIL])
            : Bucketing.hash(buffer, offset(slot), length(slot));
    words[at] = state | HASHED;
    words[at + HASH] = hash;
    return hash;
  }

  /** Returns the place of a text among keys, or {@link KeyTable#ABSENT}. */
  int find(int slot, KeyTable keys) {
    int at = slot * WORDS;
    long hash = hash(slot);
    return (words[at] & SHORT) != 0
        ? keys.find(words[at + HEAD], words[at + TAIL], hash)
        : keys.find(buffer, offset(slot), length(slot), hash);
  }

  /** Returns the id of a text among the literals of an attribute: its own, or that of its list. */
  int id(int slot, int attribute) {
    int at = slot * WORDS;
    if ((words[at] & IDENTIFIED) == 0) {
      words[at + ID] = find(slot, schema.literals(attribute));
      words[at] |= IDENTIFIED;
    }
    return (int) words[at + ID];
  }

  /** Returns the number of a text, or {@link Names#ABSENT}. */
  int find(int slot, Names literals) {
    int at = slot * WORDS;
    String text = strings[slot];
    if ((words[at] & UNREAD) != 0 && text != null) {
      // Quick, as its hash code is often known. Half a surrogate pair is not itself in UTF-8.
      int number = literals.number(text);
      if (number != Names.ABSENT || !Utf8.hasSurrogate(text)) {
        return number;
      }
    }
    read(slot, at);
    return (words[at] & SHORT) != 0
        ? literals.number(words[at + HEAD], words[at + TAIL])
        : literals.number(buffer, offset(slot), length(slot), hash(slot));
  }

  /** Returns whether a text's version was asked for before in this call. */
  boolean isVersioned(int slot) {
    return (words[slot * WORDS] & VERSIONED) != 0;
  }

  /** Returns the packed version of a text, or what {@link Version} has for those without. */
  long version(int slot) {
    int at = slot * WORDS;
    if ((words[at] & VERSIONED) == 0) {
      words[at + PACKED_VERSION] = readVersion(slot, at);
      words[at] |= VERSIONED;
    }
    return words[at + PACKED_VERSION];
  }

  private long readVersion(int slot, int at) {
    read(slot, at);
    int shortLength = ShortText.length(words[at + TAIL]);
    if ((words[at] & SHORT) != 0 && shortLength <= Long.BYTES) {
      long text = ShortText.word(words[at + HEAD], words[at + TAIL]);
      long version = Version.pack(text, shortLength);
      if (version != Version.UNREAD) {
        return version;
      }
    }
    byte[] bytes = bytes(slot);
    return Version.pack(bytes, offset(slot), length(slot));
  }

  /**
   * Returns whether the value can be a unit, and sees to it that {@link #unitHash} can be asked: a
   * text that is not empty, or an integer that a double holds exactly.
   */
  boolean isUnit(int slot) {
    int at = slot * WORDS;
    long state = words[at];
    if ((state & GENERATION_MASK) != generation) {
      return false;
    }
    return (state & UNIT) != 0 || (((int) state & KIND_MASK) == NUMBER && hashInteger(at));
  }

  /** Returns the hash of the unit; {@link #isUnit} has said that it is one. */
  long unitHash(int slot) {
    return hash(slot);
  }

  private boolean hashInteger(int at) {
    double number = Double.longBitsToDouble(words[at + VALUE]);
    if (number != Math.rint(number) || Math.abs(number) > MAX_INTEGER) {
      return false;
    }
    int start = reserve(MAX_INTEGER_BYTES);
    long rest = Math.abs((long) number);
    int from = start + MAX_INTEGER_BYTES;
    do {
      buffer[--from] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (number < 0) {
      buffer[--from] = '-';
    }
    words[at + HASH] = Bucketing.hash(buffer, from, start + MAX_INTEGER_BYTES - from);
    words[at] |= UNIT | HASHED;
    return true;
  }

  /** Reads a String, if that is what the text was given as and nobody has done so. */
  private void read(int slot, int at) {
    String text = strings[slot];
    if ((words[at] & UNREAD) == 0 || text == null) {
      return;
    }
    if (text.length() <= ShortText.MAX_BYTES && ShortText.read(text, words, at + HEAD)) {
      words[at] ^= UNREAD | SHORT;
      return;
    }
    int start = reserve(text.length() * Utf8.MAX_BYTES_PER_CHAR);
    bufferEnd = Utf8.encode(text, buffer, start);
    int length = bufferEnd - start;
    if (length <= ShortText.MAX_BYTES) {
      words[at] ^= UNREAD | SHORT;
      words[at + HEAD] = ShortText.head(buffer, start, length);
      words[at + TAIL] = ShortText.tail(buffer, start, length);
    } else {
      words[at] ^= UNREAD | LOCATED;
      words[at + LOCATION] = location(start, length);
    }
  }

  /** Returns where so many bytes of the buffer begin that nobody has used in this call. */
  private int reserve(int count) {
    int start = bufferEnd;
    bufferEnd = Math.addExact(start, count);
    if (buffer.length < bufferEnd) {
      buffer = Arrays.copyOf(buffer, Math.max(MIN_BUFFER_BYTES, bufferEnd * 2));
    }
    return start;
  }

  private void grow(int slotCount) {
    words = Arrays.copyOf(words, Math.multiplyExact(slotCount, WORDS));
    strings = Arrays.copyOf(strings, slotCount);
  }

  private static long location(int offset, int length) {
    return ((long) offset << Integer.SIZE) | length;
  }
}
