package dev.serin.loadtest.report;

import java.util.Arrays;

/** Numbers that were measured, in ascending order. Immutable. */
public final class Samples {

  private final double[] ascending;

  /**
   * Takes the numbers in any order.
   *
   * @throws IllegalArgumentException where there is none or one is no number
   */
  public Samples(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("samples: none (expected: at least one)");
    }
    ascending = values.clone();
    Arrays.sort(ascending);
    if (Double.isNaN(ascending[ascending.length - 1])) {
      throw new IllegalArgumentException("samples: NaN (expected: numbers)");
    }
  }

  /** Returns how many there are. */
  public int count() {
    return ascending.length;
  }

  /** Returns the middle one, or the mean of the two in the middle. */
  public double median() {
    int middle = ascending.length / 2;
    return ascending.length % 2 == 1
        ? ascending[middle]
        : (ascending[middle - 1] + ascending[middle]) / 2;
  }

  /**
   * Returns the smallest sample that at least this share of the samples does not exceed (nearest
   * rank).
   *
   * @param share above 0, at most 1
   */
  public double quantile(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: above 0, at most 1)");
    }
    return ascending[(int) Math.ceil(share * ascending.length) - 1];
  }

  /** Returns the smallest. */
  public double min() {
    return ascending[0];
  }

  /** Returns the largest. */
  public double max() {
    return ascending[ascending.length - 1];
  }
}
