package dev.serin.server.outcome.aggregate;

/** How much is kept of a metric's values; each keeps what those before it keep. */
public enum CellParts {
  /** Count, sum, squares, extremes, and the chart: what is only displayed. */
  PLAIN,
  /** User buckets: events and ratios. */
  BUCKETS,
  /** A histogram: means. */
  HISTOGRAM,
  /** A coarse histogram for each slot of the chart: quantiles. */
  CHARTED_HISTOGRAM;

  boolean keepsBuckets() {
    return this != PLAIN;
  }

  boolean keepsHistogram() {
    return this == HISTOGRAM || this == CHARTED_HISTOGRAM;
  }
}
