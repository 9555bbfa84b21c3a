package dev.serin.engine;

import dev.serin.v1.EventWhen;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks what metrics say about each other. */
final class MetricReferenceValidator {
  private final Report report;
  private final SnapshotSource source;

  MetricReferenceValidator(Report report, SnapshotSource source) {
    this.report = report;
    this.source = source;
  }

  /** Checks a metric of the namespace. */
  void validate(Metric metric) {
    parts("", metric, Map.of(), "a metric of the namespace");
  }

  /** Checks a feature's own metrics. */
  void validate(Feature feature) {
    Map<String, Metric> own = new HashMap<>();
    feature.getMetricsList().forEach(metric -> own.putIfAbsent(metric.getKey(), metric));
    for (int i = 0; i < feature.getMetricsCount(); i++) {
      String prefix = "metrics[" + i + "].";
      shared(prefix, feature.getMetrics(i));
      parts(prefix, feature.getMetrics(i), own, "a metric of the feature or of the namespace");
    }
  }

  /** Values are reported by key alone: one that means two things would be counted wrongly. */
  private void shared(String prefix, Metric metric) {
    MetricSource named = source.metrics().get(metric.getKey());
    if (named == null) {
      return;
    }
    Metric shared = named.document();
    String as = ", as the namespace's metric " + Report.quote(metric.getKey());
    if (metric.getKind() != shared.getKind()) {
      report.add(
          prefix + "kind",
          MetricValidator.a(metric.getKind()),
          MetricValidator.a(shared.getKind()) + as);
    }
    if (!metric.getMeasure().equals(shared.getMeasure())) {
      report.add(
          prefix + "measure",
          Report.quote(metric.getMeasure()),
          Report.quote(shared.getMeasure()) + as);
    }
    // What one feature's callers report others' would have refused.
    if (metric.getKind() == shared.getKind() && metric.hasWhen() != shared.hasWhen()) {
      report.add(
          prefix + "when",
          metric.hasWhen() ? "set" : "not set",
          (shared.hasWhen() ? "set" : "none") + as);
    }
  }

  private void parts(String prefix, Metric metric, Map<String, Metric> own, String expected) {
    if (metric.getKind() == MetricKind.METRIC_KIND_RATIO) {
      part(prefix + "numerator", metric.getNumerator(), own, expected);
      part(prefix + "denominator", metric.getDenominator(), own, expected);
    }
    if (metric.hasWhen()) {
      values(prefix + "when", metric.getWhen(), own, expected);
    }
  }

  /** The values that make an event: of what callers report, so that nothing goes round. */
  private void values(String field, EventWhen when, Map<String, Metric> own, String expected) {
    String key = when.getMetric();
    if (key.isEmpty()) {
      return;
    }
    Metric source = own.containsKey(key) ? own.get(key) : shared(key);
    if (source == null) {
      report.add(field + ".metric", Report.quote(key), "the key of " + expected);
      return;
    }
    switch (source.getKind()) {
      case METRIC_KIND_MEAN, METRIC_KIND_QUANTILE -> {
        if (CompiledMetric.min(source) == 0) {
          limits(field, when, "as values of " + Report.quote(key) + " are");
        }
      }
      case METRIC_KIND_EVENT, METRIC_KIND_RATIO, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED ->
          report.add(
              field + ".metric",
              Report.quote(key) + ", " + MetricValidator.a(source.getKind()),
              "the key of a mean or a quantile");
    }
  }

  /** A limit that all values are beyond, or none, was meant to be another. */
  private void limits(String field, EventWhen when, String because) {
    if (when.hasAbove() && when.getAbove() < 0) {
      report.add(field + ".above", when.getAbove(), "0 or more, " + because);
    }
    if (when.hasBelow() && when.getBelow() <= 0) {
      report.add(field + ".below", when.getBelow(), "above 0, " + because + " 0 or more");
    }
  }

  private void part(String field, String key, Map<String, Metric> own, String expected) {
    if (key.isEmpty()) {
      return;
    }
    Metric part = own.containsKey(key) ? own.get(key) : shared(key);
    if (part == null) {
      report.add(field, Report.quote(key), "the key of " + expected);
      return;
    }
    switch (part.getKind()) {
      case METRIC_KIND_EVENT, METRIC_KIND_MEAN -> {}
      case METRIC_KIND_RATIO, METRIC_KIND_QUANTILE, METRIC_KIND_UNSPECIFIED, UNRECOGNIZED ->
          report.add(
              field,
              Report.quote(key) + ", " + MetricValidator.a(part.getKind()),
              "the key of an event or a mean");
    }
  }

  private @Nullable Metric shared(String key) {
    MetricSource shared = source.metrics().get(key);
    return shared == null ? null : shared.document();
  }
}
