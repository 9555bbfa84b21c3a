package dev.serin.server.report;

import dev.serin.server.analysis.Direction;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.MetricKind;

/**
 * A metric as it is shown.
 *
 * @param key its key
 * @param kind what is made of its values
 * @param better which direction is better
 * @param measure unit shown beside numbers; may be empty
 * @param numerator of a ratio, key of the metric whose sum is divided; else empty
 * @param denominator of a ratio, key of the metric whose sum it is divided by; else empty
 * @param fingerprint of its definition: values of an earlier one are not shown
 */
public record ReportedMetric(
    String key,
    MetricKind kind,
    BetterDirection better,
    String measure,
    String numerator,
    String denominator,
    int fingerprint) {

  Direction direction() {
    return switch (better) {
      case BETTER_DIRECTION_LOWER -> Direction.LOWER;
      case BETTER_DIRECTION_HIGHER -> Direction.HIGHER;
      case BETTER_DIRECTION_UNSPECIFIED, UNRECOGNIZED -> Direction.NONE;
    };
  }

  boolean isRatio() {
    return kind == MetricKind.METRIC_KIND_RATIO;
  }

  boolean isEvent() {
    return kind == MetricKind.METRIC_KIND_EVENT;
  }
}
