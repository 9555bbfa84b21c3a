package dev.serin.server.outcome.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * What the values of one metric at one place add up to. Buckets and histogram are there once a
 * value came with them; absent is the same as empty.
 *
 * <p>A ratio has no values of its own: each outcome that reports its numerator, its denominator or
 * both counts once, what it lacks being 0. Count is that of such outcomes; sum, squares, minimum
 * and maximum are those of the numerators; the denominators have a sum, in total and by bucket.
 */
public final class Cell {
  private long count;
  private final FixedSum sum;
  private final SquareSum squares;
  private long min = Long.MAX_VALUE;
  private long max = Long.MIN_VALUE;
  private @Nullable FixedSum denominator;
  private @Nullable Buckets buckets;
  private @Nullable LogHistogram histogram;

  Cell() {
    this(new FixedSum(), new SquareSum());
  }

  private Cell(FixedSum sum, SquareSum squares) {
    this.sum = sum;
    this.squares = squares;
  }

  /** Returns a cell without buckets and histogram. */
  static Cell plain(long count, FixedSum sum, SquareSum squares, long min, long max) {
    Cell cell = new Cell(sum, squares);
    cell.count = count;
    cell.min = min;
    cell.max = max;
    return cell;
  }

  /**
   * Adds a value.
   *
   * @param steps in steps of 2^-20
   * @param bucket user bucket, 0 to 127; not used for {@link CellParts#PLAIN}
   */
  void add(long steps, CellParts parts, int bucket) {
    count++;
    sum.add(steps);
    squares.addSquareOf(steps);
    min = Math.min(min, steps);
    max = Math.max(max, steps);
    if (parts.keepsBuckets()) {
      ensureBuckets().add(bucket, steps);
    }
    if (parts.keepsHistogram()) {
      ensureHistogram().add(steps);
    }
  }

  /**
   * Adds so many values of 0, without buckets and histogram: where only their number is asked for.
   *
   * @param more 1 or more
   */
  void addZeros(long more) {
    count += more;
    min = Math.min(min, 0);
    max = Math.max(max, 0);
  }

  /**
   * Adds what an outcome reports of a ratio.
   *
   * @param numeratorSteps in steps of 2^-20; 0 where it reports the denominator alone
   * @param denominatorSteps in steps of 2^-20; 0 where it reports the numerator alone
   * @param bucket as of {@link #add}
   */
  void addRatio(long numeratorSteps, long denominatorSteps, CellParts parts, int bucket) {
    add(numeratorSteps, parts, bucket);
    ensureDenominator().add(denominatorSteps);
    if (parts.keepsBuckets()) {
      ensureBuckets().addDenominator(bucket, denominatorSteps);
    }
  }

  FixedSum ensureDenominator() {
    if (denominator == null) {
      denominator = new FixedSum();
    }
    return denominator;
  }

  Buckets ensureBuckets() {
    if (buckets == null) {
      buckets = new Buckets();
    }
    return buckets;
  }

  LogHistogram ensureHistogram() {
    if (histogram == null) {
      histogram = new LogHistogram();
    }
    return histogram;
  }

  void merge(Cell other) {
    count += other.count;
    sum.merge(other.sum);
    squares.merge(other.squares);
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    if (other.denominator != null) {
      ensureDenominator().merge(other.denominator);
    }
    if (other.buckets != null) {
      ensureBuckets().merge(other.buckets);
    }
    if (other.histogram != null) {
      ensureHistogram().merge(other.histogram);
    }
  }

  /** Returns how many values were counted; of a ratio, outcomes. */
  public long count() {
    return count;
  }

  /** Returns the sum of the values; of a ratio, of the numerators. */
  public FixedSum sum() {
    return sum;
  }

  /** Returns the sum of the values' squares; of a ratio, of the numerators'. */
  public SquareSum squares() {
    return squares;
  }

  /**
   * Returns the smallest value (of a ratio, numerator) in steps of 2^-20; the largest long: none.
   */
  public long min() {
    return min;
  }

  /**
   * Returns the largest value (of a ratio, numerator) in steps of 2^-20; the smallest long: none.
   */
  public long max() {
    return max;
  }

  /** Returns the sum of a ratio's denominators; null: no ratio. */
  public @Nullable FixedSum denominator() {
    return denominator;
  }

  /** Returns counts and sums by user bucket; null: none were kept. */
  public @Nullable Buckets buckets() {
    return buckets;
  }

  /** Returns counts by size; null: none were kept. */
  public @Nullable LogHistogram histogram() {
    return histogram;
  }

  /**
   * Returns the value of a rank: within 1.1 %, and never outside of minimum and maximum.
   *
   * @param rank 1 to the count of the histogram
   * @throws IllegalStateException if the cell keeps no histogram
   */
  public double quantile(long rank) {
    if (histogram == null) {
      throw new IllegalStateException("histogram: none (expected: a mean or quantile metric)");
    }
    double value = histogram.quantile(rank);
    return Math.clamp(value, FixedPoint.toDouble(min), FixedPoint.toDouble(max));
  }

  boolean hasParts() {
    return buckets != null || histogram != null;
  }

  /** Returns a copy without buckets and histogram. */
  Cell withoutParts() {
    Cell plain = plain(count, sum.copy(), squares.copy(), min, max);
    plain.denominator = denominator == null ? null : denominator.copy();
    return plain;
  }

  Cell copy() {
    Cell copy = new Cell();
    copy.merge(this);
    return copy;
  }

  long sizeBytes() {
    return 4 * Sizes.OBJECT_BYTES
        + (denominator == null ? 0 : Sizes.OBJECT_BYTES)
        + (buckets == null ? 0 : buckets.sizeBytes())
        + (histogram == null ? 0 : Sizes.OBJECT_BYTES + histogram.sizeBytes());
  }
}
