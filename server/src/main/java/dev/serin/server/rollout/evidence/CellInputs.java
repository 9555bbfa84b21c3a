package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.analysis.quantile.BinCounts;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.outcome.aggregate.LogHistogram;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of one metric at one place, in the forms that the statistics take. Empty: not kept of
 * all of them. Retention drops buckets and histograms, and late values then make new ones.
 */
public final class CellInputs {
  private CellInputs() {}

  /**
   * Returns values by user bucket: their mean, or of an event its rate by outcome.
   *
   * @param users distinct users exposed, 0 or more
   * @param cell its values; null: none
   */
  public static Optional<UserBuckets> means(long users, @Nullable Cell cell) {
    if (cell != null && !isWhole(cell)) {
      return Optional.empty();
    }
    long[] outcomes = new long[Buckets.COUNT];
    double[] sums = new double[Buckets.COUNT];
    Buckets buckets = cell == null ? null : cell.buckets();
    for (int bucket = 0; buckets != null && bucket < Buckets.COUNT; bucket++) {
      outcomes[bucket] = buckets.countOf(bucket);
      sums[bucket] = buckets.sumOf(bucket).toDouble();
    }
    return Optional.of(UserBuckets.ofMeans(users, outcomes, sums));
  }

  /**
   * Returns a ratio's numerators and denominators by user bucket.
   *
   * @param users distinct users exposed, 0 or more
   * @param cell its values; null: none
   */
  public static Optional<UserBuckets> ratios(long users, @Nullable Cell cell) {
    if (cell != null && !isWhole(cell)) {
      return Optional.empty();
    }
    long[] outcomes = new long[Buckets.COUNT];
    double[] numerators = new double[Buckets.COUNT];
    double[] denominators = new double[Buckets.COUNT];
    Buckets buckets = cell == null ? null : cell.buckets();
    for (int bucket = 0; buckets != null && bucket < Buckets.COUNT; bucket++) {
      outcomes[bucket] = buckets.countOf(bucket);
      numerators[bucket] = buckets.sumOf(bucket).toDouble();
      denominators[bucket] = buckets.denominatorOf(bucket).toDouble();
    }
    return Optional.of(UserBuckets.ofRatios(users, outcomes, numerators, denominators));
  }

  /** Whether a cell has buckets of all its values. */
  private static boolean isWhole(Cell cell) {
    Buckets buckets = cell.buckets();
    long count = 0;
    for (int bucket = 0; buckets != null && bucket < Buckets.COUNT; bucket++) {
      count += buckets.countOf(bucket);
    }
    return count == cell.count();
  }

  /**
   * Returns counts by the bins of {@link LogBins}, of values of 0 and more.
   *
   * @param cell its values; null: none
   */
  public static Optional<BinCounts> bins(@Nullable Cell cell) {
    LogHistogram histogram = cell == null ? null : cell.histogram();
    if (cell == null || cell.count() == 0) {
      return Optional.of(BinCounts.of(0));
    }
    if (histogram == null || cell.min() < 0 || histogram.count() != cell.count()) {
      return Optional.empty();
    }
    int[] last = {0};
    histogram.forEach((bin, count) -> last[0] = bin);
    long[] counts = new long[last[0] + 1];
    histogram.forEach((bin, count) -> counts[bin] = count);
    return Optional.of(BinCounts.of(counts));
  }
}
