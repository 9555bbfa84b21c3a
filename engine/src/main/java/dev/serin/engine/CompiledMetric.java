package dev.serin.engine;

import dev.serin.v1.BetterDirection;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;

/**
 * A metric as outcomes are counted by it. Immutable.
 *
 * @param key what outcomes report its values under
 * @param kind what is made of the values
 * @param measure what its numbers are of (ms, CNY); may be empty
 * @param lowerIsBetter which direction is better: down, or up
 * @param cap values above are counted as this; positive infinity: there is no cap
 * @param zeroWhenMissing true: an outcome without a value had the value 0; false: says nothing
 * @param numerator key of a ratio's numerator; empty: no ratio
 * @param denominator key of a ratio's denominator; empty: no ratio
 * @param revision namespace revision of what declares it: at which the metric's document last
 *     changed, or, of a feature's own metric, the feature's revision
 */
public record CompiledMetric(
    String key,
    MetricKind kind,
    String measure,
    boolean lowerIsBetter,
    double cap,
    boolean zeroWhenMissing,
    String numerator,
    String denominator,
    long revision) {

  static CompiledMetric of(Metric metric, long revision) {
    return new CompiledMetric(
        metric.getKey(),
        metric.getKind(),
        metric.getMeasure(),
        metric.getBetter() == BetterDirection.BETTER_DIRECTION_LOWER,
        metric.hasCap() ? metric.getCap() : Double.POSITIVE_INFINITY,
        metric.getMissing() == MissingMeans.MISSING_MEANS_ZERO,
        metric.getNumerator(),
        metric.getDenominator(),
        revision);
  }

  /** Returns whether an outcome may report a value: what is refused is never counted. */
  public boolean accepts(double value) {
    return switch (kind) {
      case METRIC_KIND_EVENT -> value == 0 || value == 1;
      case METRIC_KIND_MEAN -> Double.isFinite(value);
      case METRIC_KIND_QUANTILE -> Double.isFinite(value) && value >= 0;
      case METRIC_KIND_RATIO, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  /** Returns what an accepted value is counted as. */
  public double counted(double value) {
    return Math.min(value, cap);
  }

  /**
   * Returns whether values counted by both may be added. Where they may not, the later metric's
   * values belong to a new counting period: revisions alone do not tell, for a document also takes
   * one when its description changes.
   */
  public boolean countsLike(CompiledMetric other) {
    return at(0).equals(other.at(0));
  }

  private CompiledMetric at(long revision) {
    return new CompiledMetric(
        key, kind, measure, lowerIsBetter, cap, zeroWhenMissing, numerator, denominator, revision);
  }
}
