package dev.serin.server.report;

import dev.serin.server.analysis.EventCounts;
import dev.serin.server.analysis.Histogram;
import dev.serin.server.analysis.Moments;
import dev.serin.server.analysis.UserBuckets;
import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.FixedSum;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.outcome.aggregate.LogHistogram;
import dev.serin.server.outcome.aggregate.SquareSum;
import dev.serin.server.rollout.evidence.CellInputs;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was counted, in the forms that the statistics take. */
final class MetricInputs {
  /** Sums are in steps of 2^-20, and sums of squares in steps of 2^-40: both exact as decimals. */
  private static final BigDecimal STEP = new BigDecimal(FixedPoint.toDouble(1));

  private MetricInputs() {}

  /** Returns the moments of values; none for no cell. */
  static Moments moments(@Nullable Cell cell) {
    if (cell == null || cell.count() == 0) {
      return Moments.NONE;
    }
    return Moments.ofSums(
        cell.count(),
        exact(cell.sum()),
        exact(cell.squares()),
        FixedPoint.toDouble(cell.min()),
        FixedPoint.toDouble(cell.max()));
  }

  private static BigDecimal exact(FixedSum sum) {
    return new BigDecimal(sum.toBigInteger()).multiply(STEP);
  }

  private static BigDecimal exact(SquareSum squares) {
    return new BigDecimal(squares.toBigInteger()).multiply(STEP).multiply(STEP);
  }

  /** Returns the histogram of values; empty: none is kept of all of them. */
  static Optional<Histogram> histogram(@Nullable Cell cell) {
    LogHistogram counted = cell == null ? null : cell.histogram();
    // Of a place that retention emptied, late values would make a histogram of their own.
    if (cell == null || counted == null || counted.count() != cell.count()) {
      return Optional.empty();
    }
    List<Double> edges = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    counted.forEach(
        (bin, count) -> {
          double lower = bin > 0 ? LogBins.innerEnd(bin) : LogBins.innerEnd(bin - 1);
          double upper = bin < 0 ? LogBins.innerEnd(bin) : LogBins.innerEnd(bin + 1);
          if (edges.isEmpty()) {
            edges.add(lower);
          } else if (edges.getLast() < lower) {
            // Nothing fell between.
            edges.add(lower);
            counts.add(0L);
          }
          edges.add(upper);
          counts.add(count);
        });
    return Optional.of(
        new Histogram(
            edges.stream().mapToDouble(edge -> edge).toArray(),
            longs(counts),
            FixedPoint.toDouble(cell.min()),
            FixedPoint.toDouble(cell.max())));
  }

  /** Returns how many users were given a variant, and to how many of them an event happened. */
  static EventCounts events(PlaceEvidence evidence, ReportedMetric metric) {
    return new EventCounts(
        sum(evidence.usersByBucket()), sum(evidence.of(metric).withEventByBucket()));
  }

  /** Returns the same by user bucket. */
  static UserBuckets eventBuckets(PlaceEvidence evidence, ReportedMetric metric) {
    return UserBuckets.ofEvents(
        longs(evidence.usersByBucket()), longs(evidence.of(metric).withEventByBucket()));
  }

  /** Returns the values of a metric by user bucket; empty: they are not kept for all of them. */
  static Optional<UserBuckets> valueBuckets(PlaceEvidence evidence, ReportedMetric metric) {
    return metric.isRatio()
        ? CellInputs.ratios(users(evidence), evidence.of(metric).cell())
        : CellInputs.means(users(evidence), evidence.of(metric).cell());
  }

  private static long users(PlaceEvidence evidence) {
    return sum(evidence.usersByBucket());
  }

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(number -> number).sum();
  }

  private static long[] longs(List<Long> numbers) {
    return numbers.stream().mapToLong(number -> number).toArray();
  }
}
