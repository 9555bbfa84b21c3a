package dev.serin.server.outcome;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The outcomes of a message as places in its bytes: texts become objects only where somebody has to
 * read them. An outcome is named by its index, a value by its own: those of an outcome follow each
 * other. Filled by {@link OutcomeScan}, then read only.
 */
final class ReportedOutcomes {
  // Numbers of an outcome: where its texts begin and how long they are, then the rest.
  static final int TOKEN = 0;
  static final int UNIT_KEY = 2;
  static final int NAMESPACE = 4;
  static final int FEATURE = 6;
  static final int INSTANCE_ID = 8;
  private static final int NANOS = 10;
  private static final int FLAGS = 11;
  private static final int VALUES_FROM = 12;
  private static final int DROPPED = 13;
  private static final int NUMBERS = 14;

  private static final int HAS_TIME = 1;
  private static final int IS_EXPOSURE = 2;

  /** Bytes that an outcome, and a value of one, mostly take at least: room for so many is made. */
  private static final int OUTCOME_BYTES = 128;

  private static final int VALUE_BYTES = 32;

  private final byte[] bytes;
  private int[] numbers;
  private long[] seconds;
  private int size;

  /** Where the key of a value begins, and how long it is. */
  private int[] keys;

  private double[] values;
  private int valuesSize;

  ReportedOutcomes(byte[] bytes) {
    this.bytes = bytes;
    int outcomes = 1 + bytes.length / OUTCOME_BYTES;
    this.numbers = new int[outcomes * NUMBERS];
    this.seconds = new long[outcomes];
    int places = 1 + bytes.length / VALUE_BYTES;
    this.keys = new int[2 * places];
    this.values = new double[places];
  }

  /** Begins an outcome; what follows is of it. */
  void begin() {
    if (size == seconds.length) {
      seconds = Arrays.copyOf(seconds, 2 * size);
      numbers = Arrays.copyOf(numbers, 2 * size * NUMBERS);
    }
    size++;
    set(VALUES_FROM, valuesSize);
  }

  private void set(int number, int value) {
    numbers[(size - 1) * NUMBERS + number] = value;
  }

  void setText(int text, int at, int length) {
    set(text, at);
    set(text + 1, length);
  }

  void setTime(long timeSeconds, int nanos) {
    seconds[size - 1] = timeSeconds;
    set(NANOS, nanos);
    flag(HAS_TIME, true);
  }

  void setExposure(boolean isExposure) {
    flag(IS_EXPOSURE, isExposure);
  }

  /** As the wire has it: 32 bits without a sign. */
  void setDropped(int dropped) {
    set(DROPPED, dropped);
  }

  private void flag(int flag, boolean isSet) {
    int flags = number(size - 1, FLAGS);
    set(FLAGS, isSet ? flags | flag : flags & ~flag);
  }

  void add(int keyAt, int keyLength, double value) {
    if (valuesSize == values.length) {
      values = Arrays.copyOf(values, 2 * valuesSize);
      keys = Arrays.copyOf(keys, 4 * valuesSize);
    }
    keys[2 * valuesSize] = keyAt;
    keys[2 * valuesSize + 1] = keyLength;
    values[valuesSize++] = value;
  }

  /** Whether the outcome that was begun last has a value with this key. */
  boolean hasKey(int keyAt, int keyLength) {
    for (int value = valuesFrom(size - 1); value < valuesSize; value++) {
      if (isKey(value, keyAt, keyLength)) {
        return true;
      }
    }
    return false;
  }

  private boolean isKey(int value, int keyAt, int keyLength) {
    return keyLength(value) == keyLength
        && Arrays.equals(
            bytes, keyAt(value), keyAt(value) + keyLength, bytes, keyAt, keyAt + keyLength);
  }

  /** Returns how many outcomes there are. */
  int size() {
    return size;
  }

  /** Returns the message; texts are places in it. */
  byte[] bytes() {
    return bytes;
  }

  private int number(int outcome, int number) {
    return numbers[outcome * NUMBERS + number];
  }

  /** Returns where a text of an outcome begins. */
  int at(int outcome, int text) {
    return number(outcome, text);
  }

  /** Returns how many bytes a text of an outcome has. */
  int length(int outcome, int text) {
    return number(outcome, text + 1);
  }

  /** Returns a text of an outcome. */
  String text(int outcome, int text) {
    return textAt(at(outcome, text), length(outcome, text));
  }

  private String textAt(int at, int length) {
    return length == 0 ? "" : new String(bytes, at, length, StandardCharsets.UTF_8);
  }

  boolean hasTime(int outcome) {
    return (number(outcome, FLAGS) & HAS_TIME) != 0;
  }

  /** Returns the seconds of an outcome's time; 0: it has none. */
  long seconds(int outcome) {
    return seconds[outcome];
  }

  /** Returns the nanoseconds of an outcome's time; 0: it has none. */
  int nanos(int outcome) {
    return number(outcome, NANOS);
  }

  boolean isExposure(int outcome) {
    return (number(outcome, FLAGS) & IS_EXPOSURE) != 0;
  }

  /** Returns how many others an outcome tells to have been dropped. */
  long dropped(int outcome) {
    return Integer.toUnsignedLong(number(outcome, DROPPED));
  }

  /** Returns the index of an outcome's first value. */
  int valuesFrom(int outcome) {
    return number(outcome, VALUES_FROM);
  }

  /** Returns how many values an outcome has. */
  int valuesCount(int outcome) {
    return (outcome + 1 == size ? valuesSize : valuesFrom(outcome + 1)) - valuesFrom(outcome);
  }

  /** Returns how many values all outcomes have. */
  int valuesSize() {
    return valuesSize;
  }

  int keyAt(int value) {
    return keys[2 * value];
  }

  int keyLength(int value) {
    return keys[2 * value + 1];
  }

  String key(int value) {
    return textAt(keyAt(value), keyLength(value));
  }

  double value(int value) {
    return values[value];
  }
}
