package dev.serin.server.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;

/** What figures hold, for the packages below too, and moments of written-out outcomes. */
public final class Figures {
  private Figures() {}

  public static <T> T known(Figure<T> figure) {
    return switch (figure) {
      case Figure.Known<T>(T value) -> value;
      case Figure.Absent<T> absent -> throw new AssertionError(absent);
    };
  }

  public static void assertAbsent(Figure<?> figure, Absence absence, String detail) {
    assertThat(figure).isEqualTo(new Figure.Absent<>(absence, detail));
  }

  static Moments moments(double... values) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    for (double value : values) {
      BigDecimal exact = new BigDecimal(value);
      sum = sum.add(exact);
      squares = squares.add(exact.multiply(exact));
    }
    double min = Arrays.stream(values).min().orElse(0);
    double max = Arrays.stream(values).max().orElse(0);
    return Moments.ofSums(values.length, sum, squares, min, max);
  }

  /** Moments of a sample with this mean and standard deviation. */
  static Moments sample(double mean, double deviation, long count) {
    double sum = mean * count;
    return new Moments(count, sum, deviation * deviation * (count - 1), mean, mean);
  }
}
