package dev.serin.client;

import com.google.protobuf.Value;
import dev.serin.v1.ValueType;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Java type of values, and how it is read from an answer.
 *
 * @param type the type asked for
 * @param expected for messages: what the value should have been
 * @param read the value; null: it is of another type
 * @param <T> the Java type
 */
record ValueKind<T>(ValueType type, String expected, Function<Value, @Nullable T> read) {
  static final ValueKind<Boolean> BOOLEAN =
      new ValueKind<>(
          ValueType.VALUE_TYPE_BOOL,
          "a bool",
          value -> value.hasBoolValue() ? value.getBoolValue() : null);

  static final ValueKind<String> STRING =
      new ValueKind<>(
          ValueType.VALUE_TYPE_STRING,
          "a text",
          value -> value.hasStringValue() ? value.getStringValue() : null);

  static final ValueKind<Double> DOUBLE =
      new ValueKind<>(
          ValueType.VALUE_TYPE_NUMBER,
          "a number",
          value -> value.hasNumberValue() ? value.getNumberValue() : null);

  static final ValueKind<Long> LONG =
      new ValueKind<>(
          ValueType.VALUE_TYPE_NUMBER,
          "an integer between -2^53 and 2^53",
          value -> value.hasNumberValue() ? integer(value.getNumberValue()) : null);

  static final ValueKind<Value> JSON =
      new ValueKind<>(
          ValueType.VALUE_TYPE_JSON,
          "a JSON object or list",
          value -> value.hasStructValue() || value.hasListValue() ? value : null);

  /** Integers above are not exact in a double. */
  private static final double MAX_EXACT_INTEGER = 1L << 53;

  private static @Nullable Long integer(double number) {
    return Math.rint(number) == number && Math.abs(number) <= MAX_EXACT_INTEGER
        ? (Long) (long) number
        : null;
  }
}
