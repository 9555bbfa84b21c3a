package dev.serin.server.outcome.aggregate;

/**
 * The bins of histograms: 32 to an octave, each 2^(1/32) times as wide as the one before (2.2 %).
 *
 * <p>A bin has a number: 0 holds zero; 1 to 1 920 hold the positive values from 2^-20, the smallest
 * step there is, to below 2^40; -1 to -1 920 hold the negative ones, mirrored. A larger number
 * means larger values. A bin is found by a value's exponent and by comparing its mantissa with a
 * table: no logarithm, so that every machine and language finds the same one.
 */
public final class LogBins {
  /** How many bins a doubling of values spans. */
  public static final int BINS_PER_OCTAVE = 32;

  /** Octaves from 2^-20 to 2^40: every magnitude that {@link FixedPoint} takes, but zero. */
  static final int OCTAVES = 60;

  /** The largest number of a bin. */
  static final int MAX_BIN = OCTAVES * BINS_PER_OCTAVE;

  private static final int MIN_EXPONENT = -FixedPoint.FRACTION_BITS;
  private static final int MANTISSA_BITS = 52;
  private static final long MANTISSA_MASK = (1L << MANTISSA_BITS) - 1;
  private static final long ONE_BITS = Double.doubleToRawLongBits(1.0);

  /** Mantissa bits of the smallest double that is not below 2^(i/32). */
  private static final long[] LOWER_MANTISSAS = {
    0x0000000000000L, 0x059b0d3158575L, 0x0b5586cf98910L, 0x11301d0125b51L,
    0x172b83c7d517bL, 0x1d4873168b9abL, 0x2387a6e756239L, 0x29e9df51fdee2L,
    0x306fe0a31b716L, 0x371a7373aa9cbL, 0x3dea64c123423L, 0x44e086061892eL,
    0x4bfdad5362a28L, 0x5342b569d4f82L, 0x5ab07dd48542aL, 0x6247eb03a5585L,
    0x6a09e667f3bcdL, 0x71f75e8ec5f74L, 0x7a11473eb0187L, 0x82589994cce13L,
    0x8ace5422aa0dcL, 0x93737b0cdc5e5L, 0x9c49182a3f091L, 0xa5503b23e255dL,
    0xae89f995ad3aeL, 0xb7f76f2fb5e47L, 0xc199bdd85529dL, 0xcb720dcef906aL,
    0xd5818dcfba488L, 0xdfc97337b9b5fL, 0xea4afa2a490daL, 0xf50765b6e4541L,
  };

  private static final int PART_BITS = 6;
  private static final int PART_SHIFT = MANTISSA_BITS - PART_BITS;

  /**
   * For each sixty-fourth of an octave's doubles the last index whose entry is not above its begin.
   * A part holds at most one more entry: the nearest two are 1/46 apart.
   */
  private static final byte[] FIRST_INDEXES = firstIndexes();

  private LogBins() {}

  private static byte[] firstIndexes() {
    byte[] first = new byte[1 << PART_BITS];
    int index = 0;
    for (int part = 0; part < first.length; part++) {
      while (index < BINS_PER_OCTAVE - 1
          && LOWER_MANTISSAS[index + 1] <= (long) part << PART_SHIFT) {
        index++;
      }
      first[part] = (byte) index;
    }
    return first;
  }

  /**
   * Returns the number of a value's bin.
   *
   * @param steps the value in steps of 2^-20, within the range of {@link FixedPoint}
   */
  public static int binOf(long steps) {
    if (steps == 0) {
      return 0;
    }
    long bits = Double.doubleToRawLongBits(FixedPoint.toDouble(Math.abs(steps)));
    int octave = (int) ((bits - ONE_BITS) >> MANTISSA_BITS) - MIN_EXPONENT;
    int bin = 1 + octave * BINS_PER_OCTAVE + indexOf(bits & MANTISSA_MASK);
    return steps > 0 ? bin : -bin;
  }

  /** Returns the last index of the table whose entry is not above a mantissa. */
  private static int indexOf(long mantissa) {
    int index = FIRST_INDEXES[(int) (mantissa >>> PART_SHIFT)];
    return index + (index < BINS_PER_OCTAVE - 1 && LOWER_MANTISSAS[index + 1] <= mantissa ? 1 : 0);
  }

  /**
   * Returns the end of a bin that is nearer to zero; it belongs to the bin.
   *
   * @param bin -1 920 to 1 920; also one bin further, whose lower end is the last one's upper end
   */
  public static double innerEnd(int bin) {
    if (bin == 0) {
      return 0;
    }
    int index = Math.abs(bin) - 1;
    double mantissa = Double.longBitsToDouble(ONE_BITS | LOWER_MANTISSAS[index % BINS_PER_OCTAVE]);
    return Math.copySign(
        Math.scalb(mantissa, index / BINS_PER_OCTAVE + MIN_EXPONENT), (double) bin);
  }

  /**
   * Returns what stands for all values of a bin: the geometric mean of its ends, at most 1.1 % from
   * any of them.
   */
  public static double middle(int bin) {
    if (bin == 0) {
      return 0;
    }
    int next = bin > 0 ? bin + 1 : bin - 1;
    return Math.copySign(Math.sqrt(innerEnd(bin) * innerEnd(next)), (double) bin);
  }

  static int checkedBin(long bin) {
    if (Math.abs(bin) > MAX_BIN) {
      throw new UnreadableDeltaException("bin: " + bin + " (expected: within ±" + MAX_BIN + ")");
    }
    return (int) bin;
  }
}
