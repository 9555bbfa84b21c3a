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

  /** Up to here doubles and longs count the same integers. */
  private static final double MAX_INTEGER = 0x1p53;

  private final double[] sorted;
  private final long first;
  private final long[] bits;

  /** Makes a matcher of at least one number. */
  NumberSetMatcher(int slot, double[] numbers) {
    super(slot);
    // Adding zero makes one zero of the two that are equal.
    sorted = Arrays.stream(numbers).map(number -> number + 0.0).sorted().distinct().toArray();
    double least = sorted[0];
    double greatest = sorted[sorted.length - 1];
    boolean dense =
        Arrays.stream(sorted).allMatch(NumberSetMatcher::isInteger)
            && greatest - least < (double) MAX_SPARSENESS * Long.SIZE * sorted.length;
    first = (long) least;
    bits = new long[dense ? (int) (greatest - least) / Long.SIZE + 1 : 0];
    if (dense) {
      for (double number : sorted) {
        int bit = (int) (number - least);
        bits[bit / Long.SIZE] |= 1L << bit;
      }
    }
  }

  private static boolean isInteger(double number) {
    return number == Math.rint(number) && Math.abs(number) <= MAX_INTEGER;
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
    // Integers are subtracted: a difference of doubles is rounded and may hit a neighbour's bit.
    long integer = (long) number;
    long bit = integer - first;
    return integer == number
        && bit >= 0
        && bit < (long) Long.SIZE * bits.length
        && ((bits[(int) (bit / Long.SIZE)] >>> bit) & 1) != 0;
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
