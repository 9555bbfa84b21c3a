package dev.serin.server.report;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Cell;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two metrics of a ratio at one place. It has no values of its own: what is reported is counted
 * once, by its numerator and its denominator.
 *
 * @param numerator the numerators' cell; null: there were none
 * @param denominator the denominators' cell; null: there were none
 */
record RatioSums(@Nullable Cell numerator, @Nullable Cell denominator) {
  static RatioSums of(PlaceEvidence evidence, ReportedMetric ratio) {
    return new RatioSums(evidence.cell(ratio.numerator()), evidence.cell(ratio.denominator()));
  }

  /** Returns how many outcomes have a numerator. */
  long count() {
    return numerator == null ? 0 : numerator.count();
  }

  double numeratorSum() {
    return sum(numerator);
  }

  double denominatorSum() {
    return sum(denominator);
  }

  private static double sum(@Nullable Cell cell) {
    return cell == null ? 0 : cell.sum().toDouble();
  }

  /** Returns both by user bucket; empty: they are not kept for all values. */
  Optional<UserBuckets> buckets(long users) {
    if (!isWhole(numerator) || !isWhole(denominator)) {
      return Optional.empty();
    }
    long[] outcomes = new long[Buckets.COUNT];
    double[] numerators = new double[Buckets.COUNT];
    double[] denominators = new double[Buckets.COUNT];
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      // An outcome may report both: which of them do is not known, nor needed.
      outcomes[bucket] = Math.max(count(numerator, bucket), count(denominator, bucket));
      numerators[bucket] = sum(numerator, bucket);
      denominators[bucket] = sum(denominator, bucket);
    }
    return Optional.of(UserBuckets.ofRatios(users, outcomes, numerators, denominators));
  }

  private static boolean isWhole(@Nullable Cell cell) {
    return cell == null || MetricInputs.isWhole(cell);
  }

  private static long count(@Nullable Cell cell, int bucket) {
    Buckets buckets = cell == null ? null : cell.buckets();
    return buckets == null ? 0 : buckets.countOf(bucket);
  }

  private static double sum(@Nullable Cell cell, int bucket) {
    Buckets buckets = cell == null ? null : cell.buckets();
    return buckets == null ? 0 : buckets.sumOf(bucket).toDouble();
  }
}
