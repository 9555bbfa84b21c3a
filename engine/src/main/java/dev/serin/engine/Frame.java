package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one call, by slot, and what was found out about them so far: the part of an {@link
 * EvaluationContext} that matchers read. A part by inheritance, so that there is one object only to
 * be in the cache.
 *
 * <p>A slot is a few words: what kind of value it holds, and lazily the value's hash, its id among
 * the attribute's literals, its version. What one feature has found out the next one finds here.
 * Texts come as Strings, encoded into one buffer when their bytes are first asked for, or as UTF-8
 * bytes that are read in place.
 *
 * <p>Beginning a call is cheap: each slot carries the number of the call it was filled in, and
 * counts as empty in every other. The elements of lists take slots behind those of the attributes.
 *
 * <p>For one thread at a time. Nothing is allocated once the arrays have grown to the calls' size.
 */
abstract sealed class Frame permits EvaluationContext {
  // Words of a slot, behind the first: its state.
  private static final int VALUE = 1;
  private static final int HASH = 2;
  private static final int LOCATION = 3;
  private static final int ID = 4;
  private static final int WORDS = 5;

  // Kinds of values, in the lowest bits of the state.
  static final int NOTHING = 0;
  static final int TEXT = 1;
  static final int NUMBER = 2;
  static final int BOOL = 3;
  static final int LIST = 4;
  static final int OTHER = 5;
  private static final int KIND_MASK = 7;

  // What is known of the value.
  private static final int LOCATED = 1 << 3;
  private static final int IN_PLACE = 1 << 4;
  private static final int HASHED = 1 << 5;
  private static final int UNIT = 1 << 6;
  private static final int IDENTIFIED = 1 << 7;
  private static final int VERSIONED = 1 << 8;

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
  private @Nullable Object[] raws = {};
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
    if (raws.length < attributes) {
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
    words[slot * WORDS] = generation | TEXT;
    raws[slot] = text;
  }

  /** Sets the value of a slot to a text in UTF-8 that is read in place. */
  public final void text(int slot, byte[] utf8, int offset, int length) {
    int at = slot * WORDS;
    words[at] = generation | TEXT | LOCATED | IN_PLACE;
    words[at + LOCATION] = location(offset, length);
    raws[slot] = utf8;
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
    if (raws.length < slots) {
      grow(Math.max(slots, raws.length * 2));
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
    if ((words[at] & LOCATED) == 0) {
      encode(slot, at);
    }
    return (words[at] & IN_PLACE) != 0 && raws[slot] instanceof byte[] inPlace ? inPlace : buffer;
  }

  /** Returns where a text's bytes begin; {@link #bytes} was asked for before. */
  int offset(int slot) {
    return (int) (words[slot * WORDS + LOCATION] >>> Integer.SIZE);
  }

  /** Returns the number of a text's bytes; {@link #bytes} was asked for before. */
  int length(int slot) {
    return (int) words[slot * WORDS + LOCATION];
  }

  /** Returns the text as it was given, if it was given as a String. */
  @Nullable String string(int slot) {
    return (words[slot * WORDS] & IN_PLACE) == 0 && raws[slot] instanceof String text ? text : null;
  }

  /** Returns a text as a String, made anew where it was given as bytes. */
  String text(int slot) {
    String text = string(slot);
    if (text == null) {
      text = new String(bytes(slot), offset(slot), length(slot), StandardCharsets.UTF_8);
    }
    return text;
  }

  /** Returns the hash of a text. */
  long hash(int slot) {
    int at = slot * WORDS;
    if ((words[at] & HASHED) == 0) {
      byte[] bytes = bytes(slot);
      int length = length(slot);
      words[at + HASH] = Bucketing.hash(bytes, offset(slot), length);
      words[at] |= length == 0 ? HASHED : HASHED | UNIT;
    }
    return words[at + HASH];
  }

  /** Returns the id of a text among the literals of an attribute: its own, or that of its list. */
  int id(int slot, int attribute) {
    int at = slot * WORDS;
    if ((words[at] & IDENTIFIED) == 0) {
      Names literals = schema.literals(attribute);
      String text = string(slot);
      words[at + ID] =
          text != null
              ? literals.number(text)
              : literals.number(bytes(slot), offset(slot), length(slot), hash(slot));
      words[at] |= IDENTIFIED;
    }
    return (int) words[at + ID];
  }

  /** Returns whether a text's version was asked for before in this call. */
  boolean isVersioned(int slot) {
    return (words[slot * WORDS] & VERSIONED) != 0;
  }

  /** Returns the packed version of a text, or what {@link Version} has for those without. */
  long version(int slot) {
    int at = slot * WORDS;
    if ((words[at] & VERSIONED) == 0) {
      byte[] bytes = bytes(slot);
      words[at + VALUE] = Version.pack(bytes, offset(slot), length(slot));
      words[at] |= VERSIONED;
    }
    return words[at + VALUE];
  }

  /**
   * Returns whether the value can be a unit, and sees to it that {@link #unitHash} can be asked: a
   * text that is not empty, or an integer that a double holds exactly.
   */
  boolean isUnit(int slot) {
    int at = slot * WORDS;
    long state = words[at];
    if ((state & (GENERATION_MASK | UNIT)) == (generation | UNIT)) {
      return true;
    }
    return switch (kind(slot)) {
      case TEXT -> {
        hash(slot);
        yield (words[at] & UNIT) != 0;
      }
      case NUMBER -> hashInteger(at);
      default -> false;
    };
  }

  /** Returns the hash of the unit; {@link #isUnit} has said that it is one. */
  long unitHash(int slot) {
    return words[slot * WORDS + HASH];
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
    words[at] |= UNIT;
    return true;
  }

  private void encode(int slot, int at) {
    String text = requireNonNull(string(slot));
    int start = reserve(text.length() * Utf8.MAX_BYTES_PER_CHAR);
    bufferEnd = Utf8.encode(text, buffer, start);
    words[at + LOCATION] = location(start, bufferEnd - start);
    words[at] |= LOCATED;
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
    raws = Arrays.copyOf(raws, slotCount);
  }

  private static long location(int offset, int length) {
    return ((long) offset << Integer.SIZE) | length;
  }
}
