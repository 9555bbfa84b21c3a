package dev.serin.engine;

import dev.serin.v1.BetterDirection;
import dev.serin.v1.EventWhen;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;

/** Checks a metric by itself, one of a namespace or one of a feature. */
final class MetricValidator {
  private final Report report;

  MetricValidator(Report report) {
    this.report = report;
  }

  /**
   * Checks a metric.
   *
   * @param prefix what the names of its fields begin with in its document
   */
  void validate(String prefix, Metric metric) {
    report.key(prefix + "key", metric.getKey(), Limits.MAX_KEY_CHARS);
    report.text(prefix + "description", metric.getDescription(), Limits.MAX_DESCRIPTION_CHARS);
    report.text(prefix + "measure", metric.getMeasure(), Limits.MAX_MEASURE_CHARS);
    kind(prefix + "kind", metric);
    better(prefix + "better", metric);
    if (metric.hasCap()) {
      cap(prefix + "cap", metric);
    }
    missing(prefix + "missing", metric);
    if (metric.hasWhen()) {
      when(prefix + "when", metric);
    }
    if (metric.getKind() == MetricKind.METRIC_KIND_RATIO) {
      parts(prefix, metric);
    } else {
      noPart(prefix + "numerator", metric.getNumerator());
      noPart(prefix + "denominator", metric.getDenominator());
    }
  }

  private void kind(String field, Metric metric) {
    String expected = "event, mean, ratio or quantile";
    switch (metric.getKind()) {
      case METRIC_KIND_UNSPECIFIED -> report.missing(field, expected);
      case UNRECOGNIZED -> report.add(field, metric.getKindValue(), expected);
      case METRIC_KIND_EVENT, METRIC_KIND_MEAN, METRIC_KIND_RATIO, METRIC_KIND_QUANTILE -> {}
    }
  }

  private void better(String field, Metric metric) {
    if (metric.getBetter() == BetterDirection.BETTER_DIRECTION_UNSPECIFIED) {
      report.missing(field, "lower or higher");
    } else if (metric.getBetter() == BetterDirection.UNRECOGNIZED) {
      report.add(field, metric.getBetterValue(), "lower or higher");
    }
  }

  /** Only a mean moves with the largest values; an event has none, a ratio those of its parts. */
  private void cap(String field, Metric metric) {
    if (!Double.isFinite(metric.getCap()) || metric.getCap() <= 0) {
      report.add(field, metric.getCap(), "a finite number above 0");
    } else if (isKnown(metric) && metric.getKind() != MetricKind.METRIC_KIND_MEAN) {
      report.add(field, metric.getCap(), "none, or a mean instead of " + a(metric.getKind()));
    }
  }

  /** A quantile of zeros nobody measured says nothing; a ratio's parts have their own rule. */
  private void missing(String field, Metric metric) {
    boolean counted =
        metric.getKind() == MetricKind.METRIC_KIND_EVENT
            || metric.getKind() == MetricKind.METRIC_KIND_MEAN;
    if (metric.getMissing() == MissingMeans.UNRECOGNIZED) {
      report.add(field, metric.getMissingValue(), "zero, or none");
    } else if (metric.getMissing() == MissingMeans.MISSING_MEANS_ZERO
        && isKnown(metric)
        && !counted) {
      report.add(field, "zero", "none, or an event or a mean instead of " + a(metric.getKind()));
    } else if (metric.getMissing() == MissingMeans.MISSING_MEANS_ZERO && metric.hasWhen()) {
      report.add(field, "zero", "none: when.metric says what a missing value of it means");
    }
  }

  private void when(String field, Metric metric) {
    EventWhen when = metric.getWhen();
    if (isKnown(metric) && metric.getKind() != MetricKind.METRIC_KIND_EVENT) {
      report.add(field, a(metric.getKind()), "none, or kind: event");
    }
    if (when.getMetric().isEmpty()) {
      report.missing(field + ".metric", "the key of a mean or a quantile");
    }
    if (when.hasAbove() == when.hasBelow()) {
      report.add(field, when.hasAbove() ? "above and below" : "no limit", "above or below");
    }
    if (when.hasAbove()) {
      limit(field + ".above", when.getAbove());
    }
    if (when.hasBelow()) {
      limit(field + ".below", when.getBelow());
    }
  }

  private void limit(String field, double limit) {
    // False of NaN.
    if (!(Math.abs(limit) <= Limits.MAX_METRIC_VALUE)) {
      report.add(field, limit, "a number within 10^12 of 0");
    }
  }

  private void parts(String prefix, Metric metric) {
    String expected = "the key of an event or a mean";
    if (metric.getNumerator().isEmpty()) {
      report.missing(prefix + "numerator", expected);
    }
    if (metric.getDenominator().isEmpty()) {
      report.missing(prefix + "denominator", expected);
    } else if (metric.getDenominator().equals(metric.getNumerator())) {
      report.add(
          prefix + "denominator",
          Report.quote(metric.getDenominator()),
          "another metric than the numerator");
    }
  }

  private void noPart(String field, String key) {
    if (!key.isEmpty()) {
      report.add(field, Report.quote(key), "none, or kind: ratio");
    }
  }

  /** False: the kind is wrong, and what follows from it is not told besides. */
  private static boolean isKnown(Metric metric) {
    return metric.getKind() != MetricKind.METRIC_KIND_UNSPECIFIED
        && metric.getKind() != MetricKind.UNRECOGNIZED;
  }

  /** A kind in words: {@code a mean}. */
  static String a(MetricKind kind) {
    return switch (kind) {
      case METRIC_KIND_EVENT -> "an event";
      case METRIC_KIND_MEAN -> "a mean";
      case METRIC_KIND_RATIO -> "a ratio";
      case METRIC_KIND_QUANTILE -> "a quantile";
      case METRIC_KIND_UNSPECIFIED, UNRECOGNIZED -> "of no known kind";
    };
  }
}
