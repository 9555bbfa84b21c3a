package dev.serin.server.outcome.aggregate;

/**
 * Values as whole multiples of 2^-20: each is rounded once, half to even, and from then on only
 * integers are added, which is exact in any order.
 *
 * <p>The range is ±10^12 and the step 2^-20 (at most 4.8e-7 off): nanoseconds in milliseconds,
 * millionths of a yuan, terabytes in bytes. A value has at most 60 bits beside its sign.
 */
public final class FixedPoint {
  /** Largest magnitude of a value. */
  public static final double MAX_VALUE = 1e12;

  /** Bits behind the point. */
  static final int FRACTION_BITS = 20;

  /** {@link #MAX_VALUE} in steps. */
  static final long MAX_STEPS = 1_000_000_000_000L << FRACTION_BITS;

  /** A power of two: multiplying and dividing by it are exact. */
  private static final double STEPS_OF_ONE = 1L << FRACTION_BITS;

  private FixedPoint() {}

  /** Whether a value can be counted: finite and within ±{@link #MAX_VALUE}. */
  public static boolean accepts(double value) {
    return Math.abs(value) <= MAX_VALUE;
  }

  /**
   * Returns a value in steps of 2^-20, rounded half to even.
   *
   * @throws IllegalArgumentException unless {@link #accepts} says yes
   */
  public static long toSteps(double value) {
    if (!accepts(value)) {
      throw new IllegalArgumentException(
          "value: " + value + " (expected: finite, within ±" + MAX_VALUE + ")");
    }
    // Scaling by a power of two is exact here; rint rounds half to even.
    return (long) Math.rint(value * STEPS_OF_ONE);
  }

  /** Returns the double nearest to a number of steps. */
  public static double toDouble(long steps) {
    return steps / STEPS_OF_ONE;
  }
}
