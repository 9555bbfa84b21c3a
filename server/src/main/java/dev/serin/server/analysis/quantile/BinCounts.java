package dev.serin.server.analysis.quantile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;

/**
 * How many values of one arm fell into each bin of a fixed logarithmic grid: bin 0 holds the values
 * from 0 to the grid's start, bin i the values from start γ^(i-1) to start γ^i. Which of two bins
 * holds a value on their edge does not matter.
 */
public final class BinCounts {
  /** Bins that an arm may have, many times those of values from a nanosecond to a day. */
  public static final int MAX_BINS = 1 << 14;

  /** Values in bins up to and with bin i; the last is the total. */
  private final long[] upTo;

  private BinCounts(long[] upTo) {
    this.upTo = upTo;
  }

  /**
   * Counts by bin, from bin 0 on.
   *
   * @param counts 0 or more; their sum fits a long
   * @throws IllegalArgumentException where a number is outside its range or there are none or more
   *     than {@link #MAX_BINS}
   */
  public static BinCounts of(long... counts) {
    if (counts.length < 1 || counts.length > MAX_BINS) {
      throw new IllegalArgumentException(
          "bins: " + counts.length + " (expected: 1 to " + MAX_BINS + ")");
    }
    long[] upTo = counts.clone();
    for (int bin = 0; bin < upTo.length; bin++) {
      long before = bin == 0 ? 0 : upTo[bin - 1];
      if (counts[bin] < 0 || before + counts[bin] < 0) {
        throw new IllegalArgumentException(
            "counts[" + bin + "]: " + counts[bin] + " (expected: 0 or more, sums within a long)");
      }
      upTo[bin] += before;
    }
    return new BinCounts(upTo);
  }

  /** All values. */
  public long total() {
    return upTo[upTo.length - 1];
  }

  /**
   * The bin of a quantile: of the smallest value that at least the asked share of all does not
   * exceed.
   *
   * @param share above 0 and below 1
   * @throws IllegalArgumentException where it is outside its range, or there is no value
   */
  public int binOf(double share) {
    QuantileTest.checkShare(share);
    if (total() == 0) {
      throw new IllegalArgumentException("values: 0 (expected: 1 or more)");
    }
    // In decimal digits: 0.07 * 100 is above 7 in doubles.
    long rank =
        BigDecimal.valueOf(share)
            .multiply(BigDecimal.valueOf(total()))
            .setScale(0, RoundingMode.CEILING)
            .longValueExact();
    int bin = first();
    while (upTo[bin] < rank) {
      bin++;
    }
    return bin;
  }

  /** The first bin with a value, or the last bin where there is none. */
  int first() {
    int first = 0;
    while (first < upTo.length - 1 && upTo[first] == 0) {
      first++;
    }
    return first;
  }

  /** The last bin. */
  int last() {
    return upTo.length - 1;
  }

  /** Values in bins below a bin, which may be outside of the grid. */
  long below(int bin) {
    return bin <= 0 ? 0 : upTo(bin - 1);
  }

  /** Values in bins up to and with a bin, which may be outside of the grid. */
  long upTo(int bin) {
    return bin < 0 ? 0 : upTo[Math.min(bin, upTo.length - 1)];
  }

  @Override
  public String toString() {
    return "BinCounts" + Arrays.toString(upTo);
  }
}
