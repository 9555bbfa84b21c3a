package dev.serin.server.analysis;

import java.util.function.Function;

/**
 * A figure, or why there is none.
 *
 * @param <T> the figure; numbers in it are finite
 */
public sealed interface Figure<T> {
  /**
   * The figure.
   *
   * @param value its value
   */
  record Known<T>(T value) implements Figure<T> {}

  /**
   * No figure.
   *
   * @param absence why
   * @param detail the same in words, with the number that was found and what was expected
   */
  record Absent<T>(Absence absence, String detail) implements Figure<T> {}

  /** The figure made of this one; an absence stays what it is. */
  default <R> Figure<R> then(Function<? super T, Figure<R>> next) {
    return switch (this) {
      case Known<T>(T value) -> next.apply(value);
      case Absent<T>(Absence absence, String detail) -> new Absent<>(absence, detail);
    };
  }

  /** A number as a figure, absent where it is NaN or infinite. */
  static Figure<Double> ofFinite(String name, double number) {
    return ofFinite(name, number, number);
  }

  /** A figure, absent where one of the numbers it consists of is NaN or infinite. */
  static <T> Figure<T> ofFinite(String name, T figure, double... numbers) {
    for (double number : numbers) {
      if (!Double.isFinite(number)) {
        return new Absent<>(Absence.OUT_OF_RANGE, name + ": " + number + " (expected: finite)");
      }
    }
    return new Known<>(figure);
  }
}
