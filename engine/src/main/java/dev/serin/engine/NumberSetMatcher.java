package dev.serin.engine;

import java.util.Arrays;

/**
 * A number that is one of some. Integers that lie close together are a bit set, so that a table of
 * cities by dense id costs one read; others are searched in order.
 */
final class NumberSetMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 3;

  /** A bit set may be this many times larger than the numbers themselves would be. */
  private static final int MAX_SPARSENESS = 4;

  private final double[] sorted;
  private final long first;
  private final long[] bits;

  /** Makes a matcher of at least one number. */
  NumberSetMatcher(int slot, double[] numbers) {
    super(slot);
    // Adding zero makes one zero of the two that are equal.
    sorted = Arrays.stream(numbers).map(number -> number + 0.0).sorted().distinct().toArray();
    boolean dense =
        Arrays.stream(sorted).allMatch(number -> number == Math.rint(number))
            && sorted[sorted.length - 1] - sorted[0]
                < (double) MAX_SPARSENESS * Long.SIZE * sorted.length;
    first = (long) sorted[0];
    bits = new long[dense ? (int) (sorted[sorted.length - 1] - sorted[0]) / Long.SIZE + 1 : 0];
    if (dense) {
      for (double number : sorted) {
        int bit = (int) (number - sorted[0]);
        bits[bit / Long.SIZE] |= 1L << bit;
      }
    }
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.NUMBER) {
      return false;
    }
    double number = frame.number(at) + 0.0;
    if (bits.length == 0) {
      return Arrays.binarySearch(sorted, number) >= 0;
    }
    double distance = number - first;
    int bit = (int) distance;
    return bit == distance
        && bit >= 0
        && bit / Long.SIZE < bits.length
        && ((bits[bit / Long.SIZE] >>> bit) & 1) != 0;
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
