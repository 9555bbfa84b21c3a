package dev.serin.server.report;

import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.FixedSum;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was counted of a ratio at one place: outcomes that report its numerator, its denominator or
 * both, each once.
 *
 * @param cell its cell; null: there were none
 */
record RatioSums(@Nullable Cell cell) {
  long count() {
    return cell == null ? 0 : cell.count();
  }

  double numerator() {
    return cell == null ? 0 : cell.sum().toDouble();
  }

  double denominator() {
    FixedSum sum = cell == null ? null : cell.denominator();
    return sum == null ? 0 : sum.toDouble();
  }

  /** Returns both by user bucket; empty: they are not kept of all outcomes. */
  Optional<UserBuckets> buckets(long users) {
    long[] outcomes = new long[Buckets.COUNT];
    double[] numerators = new double[Buckets.COUNT];
    double[] denominators = new double[Buckets.COUNT];
    Buckets buckets = cell == null ? null : cell.buckets();
    if (cell != null && (buckets == null || !MetricInputs.isWhole(cell))) {
      return Optional.empty();
    }
    for (int bucket = 0; buckets != null && bucket < Buckets.COUNT; bucket++) {
      outcomes[bucket] = buckets.countOf(bucket);
      numerators[bucket] = buckets.sumOf(bucket).toDouble();
      denominators[bucket] = buckets.denominatorOf(bucket).toDouble();
    }
    return Optional.of(UserBuckets.ofRatios(users, outcomes, numerators, denominators));
  }
}
