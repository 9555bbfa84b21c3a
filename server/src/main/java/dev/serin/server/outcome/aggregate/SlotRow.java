package dev.serin.server.outcome.aggregate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Slots of one width in rising order, each with count, sum, extremes and, for quantile metrics, a
 * coarse histogram. Takes 44 bytes for each slot that something fell into, and what the histograms
 * take; room grows by a quarter.
 */
final class SlotRow {
  /** Words of a slot: count, upper and lower word of the sum, minimum, maximum. */
  private static final int WORDS = 5;

  private static final int COUNT = 0;
  private static final int HIGH = 1;
  private static final int LOW = 2;
  private static final int MIN = 3;
  private static final int MAX = 4;

  private int[] numbers = {};
  private long[] words = {};
  private @Nullable CoarseHistogram @Nullable [] histograms;
  private int size;

  int size() {
    return size;
  }

  int numberAt(int index) {
    return numbers[index];
  }

  long countAt(int index) {
    return words[index * WORDS + COUNT];
  }

  FixedSum sumAt(int index) {
    return new FixedSum(words[index * WORDS + HIGH], words[index * WORDS + LOW]);
  }

  long minAt(int index) {
    return words[index * WORDS + MIN];
  }

  long maxAt(int index) {
    return words[index * WORDS + MAX];
  }

  @Nullable CoarseHistogram histogramAt(int index) {
    return histograms == null ? null : histograms[index];
  }

  /** Adds one value, given in steps of 2^-20. */
  void add(int number, long steps, boolean withHistogram) {
    int index = place(number);
    add(index, 1, steps >> (Long.SIZE - 1), steps);
    widen(index, steps, steps);
    if (withHistogram) {
      histogram(index).add(steps);
    }
  }

  /** Adds a slot of another row to the one with this number here. */
  void add(int number, SlotRow other, int otherIndex) {
    FixedSum sum = other.sumAt(otherIndex);
    add(
        number,
        other.countAt(otherIndex),
        sum,
        other.minAt(otherIndex),
        other.maxAt(otherIndex),
        other.histogramAt(otherIndex));
  }

  void add(
      int number, long count, FixedSum sum, long min, long max, @Nullable CoarseHistogram more) {
    int index = place(number);
    add(index, count, sum.high(), sum.low());
    widen(index, min, max);
    if (more != null) {
      histogram(index).merge(more);
    }
  }

  private void add(int index, long count, long high, long low) {
    int at = index * WORDS;
    words[at + COUNT] += count;
    long sum = words[at + LOW] + low;
    words[at + HIGH] = FixedSum.highOfSum(words[at + HIGH], high, sum, low);
    words[at + LOW] = sum;
  }

  private void widen(int index, long min, long max) {
    int at = index * WORDS;
    words[at + MIN] = Math.min(words[at + MIN], min);
    words[at + MAX] = Math.max(words[at + MAX], max);
  }

  private CoarseHistogram histogram(int index) {
    if (histograms == null) {
      histograms = new CoarseHistogram[numbers.length];
    }
    CoarseHistogram histogram = histograms[index];
    if (histogram == null) {
      histogram = new CoarseHistogram();
      histograms[index] = histogram;
    }
    return histogram;
  }

  /** Returns the index of a slot, made if there was none. */
  private int place(int number) {
    // Nearly everything falls into the newest slot or one behind it.
    if (size > 0 && numbers[size - 1] == number) {
      return size - 1;
    }
    int found = Arrays.binarySearch(numbers, 0, size, number);
    if (found >= 0) {
      return found;
    }
    int index = -found - 1;
    if (size == numbers.length) {
      resize(Sizes.grown(size));
    }
    shift(index, index + 1, size - index);
    numbers[index] = number;
    int at = index * WORDS;
    Arrays.fill(words, at, at + WORDS, 0);
    words[at + MIN] = Long.MAX_VALUE;
    words[at + MAX] = Long.MIN_VALUE;
    if (histograms != null) {
      histograms[index] = null;
    }
    size++;
    return index;
  }

  /** Removes the oldest slots. */
  void removeFirst(int count) {
    shift(count, 0, size - count);
    if (histograms != null) {
      Arrays.fill(histograms, size - count, size, null);
    }
    size -= count;
  }

  private void resize(int capacity) {
    numbers = Arrays.copyOf(numbers, capacity);
    words = Arrays.copyOf(words, capacity * WORDS);
    histograms = histograms == null ? null : Arrays.copyOf(histograms, capacity);
  }

  private void shift(int from, int to, int count) {
    System.arraycopy(numbers, from, numbers, to, count);
    System.arraycopy(words, from * WORDS, words, to * WORDS, count * WORDS);
    if (histograms != null) {
      System.arraycopy(histograms, from, histograms, to, count);
    }
  }

  long sizeBytes() {
    long bytes =
        Sizes.OBJECT_BYTES
            + Sizes.arrayBytes(numbers.length, Integer.BYTES)
            + Sizes.arrayBytes(words.length, Long.BYTES);
    if (histograms != null) {
      bytes += Sizes.arrayBytes(histograms.length, Sizes.REFERENCE_BYTES);
      for (CoarseHistogram histogram : histograms) {
        bytes += histogram == null ? 0 : histogram.sizeBytes();
      }
    }
    return bytes;
  }
}
