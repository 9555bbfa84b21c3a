package dev.serin.server.outcome.aggregate;

import java.math.BigInteger;

/**
 * An exact sum of squares of values in steps of 2^-20, in steps of 2^-40, as a 192-bit integer: a
 * square has at most 120 bits, so there is no overflow below 2^63 values.
 */
public final class SquareSum {
  private long high;
  private long middle;
  private long low;

  SquareSum() {}

  SquareSum(long high, long middle, long low) {
    this.high = high;
    this.middle = middle;
    this.low = low;
  }

  /** Adds the square of a value. */
  void addSquareOf(long steps) {
    add(0, Math.multiplyHigh(steps, steps), steps * steps);
  }

  void merge(SquareSum other) {
    add(other.high, other.middle, other.low);
  }

  private void add(long moreHigh, long moreMiddle, long moreLow) {
    long lowSum = low + moreLow;
    long carry = Long.compareUnsigned(lowSum, moreLow) < 0 ? 1 : 0;
    long middleSum = middle + moreMiddle;
    long overflow = Long.compareUnsigned(middleSum, moreMiddle) < 0 ? 1 : 0;
    long middleCarried = middleSum + carry;
    if (Long.compareUnsigned(middleCarried, middleSum) < 0) {
      overflow++;
    }
    high += moreHigh + overflow;
    middle = middleCarried;
    low = lowSum;
  }

  long high() {
    return high;
  }

  long middle() {
    return middle;
  }

  long low() {
    return low;
  }

  SquareSum copy() {
    return new SquareSum(high, middle, low);
  }

  /** Returns the sum in steps of 2^-40. */
  public BigInteger toBigInteger() {
    return FixedSum.toBigInteger(high, middle).shiftLeft(Long.SIZE).add(FixedSum.unsigned(low));
  }

  /** Returns the double nearest to the sum, in the squared measure of its values. */
  public double toDouble() {
    return Math.scalb(toBigInteger().doubleValue(), -2 * FixedPoint.FRACTION_BITS);
  }
}
