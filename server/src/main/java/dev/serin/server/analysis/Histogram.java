package dev.serin.server.analysis;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * One arm's outcomes of one metric, counted in bins with fixed edges; logarithmic ones bound the
 * relative error of a quantile.
 */
public final class Histogram {
  private final double[] edges;
  private final long[] counts;
  private final double min;
  private final double max;
  private final long total;

  /**
   * Takes copies of the arrays.
   *
   * @param edges one more than bins, finite, strictly ascending: bin i reaches from edge i to edge
   *     i + 1; which of two bins holds a value on their edge does not matter here
   * @param counts outcomes in each bin, 0 or more; their sum fits a long
   * @param min the smallest outcome, finite; of no meaning without outcomes
   * @param max the largest outcome, finite, not below the smallest; of no meaning without outcomes
   * @throws IllegalArgumentException where a number is outside its range
   */
  public Histogram(double[] edges, long[] counts, double min, double max) {
    if (edges.length != counts.length + 1) {
      throw new IllegalArgumentException(
          "edges: %s of %s bins (expected: one more than bins)"
              .formatted(edges.length, counts.length));
    }
    if (!Double.isFinite(min) || !Double.isFinite(max) || min > max) {
      throw new IllegalArgumentException(
          "min, max: " + min + ", " + max + " (expected: finite, min not above max)");
    }
    this.edges = edges.clone();
    this.counts = counts.clone();
    this.min = min;
    this.max = max;
    this.total = total(this.edges, this.counts);
  }

  private static long total(double[] edges, long[] counts) {
    long total = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      double lower = edges[bin];
      double upper = edges[bin + 1];
      if (!(lower < upper) || !Double.isFinite(lower) || !Double.isFinite(upper)) {
        throw new IllegalArgumentException(
            "edges of bin " + bin + ": " + lower + ", " + upper + " (expected: finite, ascending)");
      }
      if (counts[bin] < 0 || total + counts[bin] < 0) {
        throw new IllegalArgumentException(
            "counts[" + bin + "]: " + counts[bin] + " (expected: 0 or more, sums within a long)");
      }
      total += counts[bin];
    }
    return total;
  }

  /**
   * Reads a quantile. Its error is stated by {@link Quantile}; the smallest and the largest outcome
   * are exact.
   *
   * @param share of outcomes that do not exceed it, 0 to 1: 0.5 is the median, 0.99 p99; taken as
   *     the decimal number it prints as
   * @throws IllegalArgumentException where the share is outside its range
   */
  public Figure<Quantile> quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
    }
    if (total == 0) {
      return new Figure.Absent<>(Absence.NO_OUTCOMES, "outcomes: 0 (expected: 1 or more)");
    }
    // In decimal digits: 0.07 * 100 is above 7 in doubles, and the rank would be 8.
    long rank =
        BigDecimal.valueOf(share)
            .multiply(BigDecimal.valueOf(total))
            .setScale(0, RoundingMode.CEILING)
            .longValueExact();
    return new Figure.Known<>(ofRank(Math.max(1, rank)));
  }

  private Quantile ofRank(long rank) {
    if (rank == 1) {
      return Quantile.within(min, min);
    }
    if (rank == total) {
      return Quantile.within(max, max);
    }
    int bin = 0;
    for (long upTo = counts[0]; upTo < rank; upTo += counts[bin]) {
      bin++;
    }
    return Quantile.within(Math.clamp(edges[bin], min, max), Math.clamp(edges[bin + 1], min, max));
  }
}
