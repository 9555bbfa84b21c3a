package dev.serin.server.outcome.aggregate;

import java.util.Arrays;

/**
 * Counts of values in bins of ratio 2^(1/8): four of {@link LogBins} in one. For one slot of a
 * chart: sparse, 8 bytes for each bin that is not empty; a quantile is within 4.5 %.
 *
 * <p>Bin 0 holds zero, 1 to 480 the positive values, -1 to -480 the negative ones.
 */
public final class CoarseHistogram {
  private static final int FINE_BINS = 4;

  /** The largest number of a bin. */
  static final int MAX_BIN = LogBins.MAX_BIN / FINE_BINS;

  /** An entry is its bin above and its count below: entries in order are bins in order. */
  private static final int COUNT_BITS = 48;

  /** Values of a slot: more than a server can take in a minute. */
  static final long MAX_COUNT = (1L << COUNT_BITS) - 1;

  private long[] entries = {};
  private int size;

  CoarseHistogram() {}

  /** Returns the bin that holds a bin of {@link LogBins}. */
  static int coarseBinOf(int fine) {
    int coarse = (Math.abs(fine) + FINE_BINS - 1) / FINE_BINS;
    return fine < 0 ? -coarse : coarse;
  }

  /** Counts a value, given in steps of 2^-20. */
  void add(long steps) {
    add(coarseBinOf(LogBins.binOf(steps)), 1);
  }

  void add(int bin, long count) {
    int at = indexOf(bin);
    if (at >= 0) {
      if (count > MAX_COUNT - countAt(at)) {
        throw new ArithmeticException("count of a slot: above " + MAX_COUNT);
      }
      entries[at] += count;
      return;
    }
    int place = -at - 1;
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, Sizes.grown(size));
    }
    System.arraycopy(entries, place, entries, place + 1, size - place);
    entries[place] = ((long) bin << COUNT_BITS) | count;
    size++;
  }

  /** Returns the entry of a bin, or where it would be, as {@link Arrays#binarySearch} does. */
  private int indexOf(int bin) {
    int from = 0;
    int to = size;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (binAt(middle) < bin) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < size && binAt(from) == bin ? from : -from - 1;
  }

  /** Returns how many bins are not empty. */
  public int size() {
    return size;
  }

  /** Returns the bin of an entry, 0 to {@link #size} - 1, from the lowest values up. */
  public int binAt(int entry) {
    return (int) (entries[entry] >> COUNT_BITS);
  }

  /** Returns the count of an entry, above 0. */
  public long countAt(int entry) {
    return entries[entry] & MAX_COUNT;
  }

  void merge(CoarseHistogram other) {
    for (int i = 0; i < other.size; i++) {
      add(other.binAt(i), other.countAt(i));
    }
  }

  CoarseHistogram copy() {
    CoarseHistogram copy = new CoarseHistogram();
    copy.entries = Arrays.copyOf(entries, size);
    copy.size = size;
    return copy;
  }

  /**
   * Returns the value of a rank, within 4.5 %.
   *
   * @param rank 1 (the smallest value) to the number of values
   * @throws IllegalArgumentException if no value has that rank
   */
  public double quantile(long rank) {
    long passed = 0;
    for (int i = 0; i < size; i++) {
      passed += countAt(i);
      if (rank >= 1 && passed >= rank) {
        return middle(binAt(i));
      }
    }
    throw new IllegalArgumentException("rank: " + rank + " (expected: 1 to " + passed + ")");
  }

  private static double middle(int bin) {
    if (bin == 0) {
      return 0;
    }
    int first = (Math.abs(bin) - 1) * FINE_BINS + 1;
    double ends = LogBins.innerEnd(first) * LogBins.innerEnd(first + FINE_BINS);
    return Math.copySign(Math.sqrt(ends), (double) bin);
  }

  long sizeBytes() {
    return Sizes.OBJECT_BYTES + Sizes.arrayBytes(entries.length, Long.BYTES);
  }
}
