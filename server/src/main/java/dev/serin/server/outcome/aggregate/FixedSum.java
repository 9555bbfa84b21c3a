package dev.serin.server.outcome.aggregate;

import java.math.BigInteger;

/**
 * An exact sum of values in steps of 2^-20, as a 128-bit integer: no overflow below 2^63 values.
 */
public final class FixedSum {
  private long high;
  private long low;

  FixedSum() {}

  FixedSum(long high, long low) {
    this.high = high;
    this.low = low;
  }

  void add(long steps) {
    add(steps >> (Long.SIZE - 1), steps);
  }

  void merge(FixedSum other) {
    add(other.high, other.low);
  }

  private void add(long moreHigh, long moreLow) {
    long sum = low + moreLow;
    high = highOfSum(high, moreHigh, sum, moreLow);
    low = sum;
  }

  /**
   * Returns the upper words' sum of two 128-bit integers.
   *
   * @param sumLow the lower words' sum, wrapped
   * @param moreLow either of the lower words
   */
  static long highOfSum(long high, long moreHigh, long sumLow, long moreLow) {
    return high + moreHigh + (Long.compareUnsigned(sumLow, moreLow) < 0 ? 1 : 0);
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  FixedSum copy() {
    return new FixedSum(high, low);
  }

  /** Returns the sum in steps of 2^-20. */
  public BigInteger toBigInteger() {
    return toBigInteger(high, low);
  }

  static BigInteger toBigInteger(long high, long low) {
    return BigInteger.valueOf(high).shiftLeft(Long.SIZE).add(unsigned(low));
  }

  static BigInteger unsigned(long word) {
    return BigInteger.valueOf(word >>> 1).shiftLeft(1).add(BigInteger.valueOf(word & 1));
  }

  /** Returns the double nearest to the sum, in the measure of its values. */
  public double toDouble() {
    return toDouble(high, low);
  }

  static double toDouble(long high, long low) {
    if (high == low >> (Long.SIZE - 1)) {
      // Most sums fit one word, whose conversion rounds once too.
      return FixedPoint.toDouble(low);
    }
    // One rounding: scaling by a power of two is exact for numbers of this size.
    return Math.scalb(toBigInteger(high, low).doubleValue(), -FixedPoint.FRACTION_BITS);
  }
}
