package dev.serin.server.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Inputs at the ends of their ranges, and a look at every number of a result. */
final class Extremes {
  private static final double[] SUMS = {
    -Double.MAX_VALUE, -1e150, -1, -Double.MIN_VALUE, 0, 1e-160, 1, 1e12, Double.MAX_VALUE
  };

  private static final double[] DEVIATIONS = {
    0, Double.MIN_VALUE, 1e-300, 1e-12, 1, 1e300, Double.MAX_VALUE
  };

  private Extremes() {}

  static List<Moments> moments() {
    List<Moments> all = new ArrayList<>();
    all.add(Moments.NONE);
    for (double sum : SUMS) {
      all.add(new Moments(1, sum, 0, sum, sum));
      for (double deviations : DEVIATIONS) {
        all.add(new Moments(2, sum, deviations, -1, 1));
        all.add(new Moments(Long.MAX_VALUE, sum, deviations, -1, 1));
      }
    }
    return all;
  }

  /** Arms of four buckets, of which some are empty. */
  static List<UserBuckets> buckets() {
    List<UserBuckets> all = new ArrayList<>();
    for (double first : SUMS) {
      for (double second : SUMS) {
        long[] outcomes = {first == 0 ? 0 : 3, 1, second == 0 ? 0 : 1, 0};
        double[] sums = {first, 1, second, 0};
        all.add(UserBuckets.ofMeans(4, outcomes, sums));
        all.add(UserBuckets.ofRatios(4, outcomes, new double[] {0, 5, 0, 0}, sums));
      }
    }
    all.add(UserBuckets.ofMeans(0, new long[4], new double[4]));
    return all;
  }

  /** Looks at all numbers below a figure; 1 where it is known. */
  static int assertFinite(Figure<?> figure) {
    assertNumbersFinite(figure);
    return figure instanceof Figure.Known ? 1 : 0;
  }

  private static void assertNumbersFinite(Object value) {
    switch (value) {
      case Double number -> assertThat(number).isFinite();
      case Record record -> {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          assertNumbersFinite(read(component, record));
        }
      }
      default -> {}
    }
  }

  private static Object read(RecordComponent component, Record record) {
    try {
      return Objects.requireNonNull(component.getAccessor().invoke(record));
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
