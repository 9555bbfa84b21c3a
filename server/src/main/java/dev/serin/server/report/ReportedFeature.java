package dev.serin.server.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A feature as its outcomes are shown.
 *
 * @param namespace its namespace
 * @param key its key
 * @param defaultVariant key of its default variant
 * @param splits its splits, in its order
 * @param metrics the metrics that its outcomes report, each key once
 */
public record ReportedFeature(
    String namespace,
    String key,
    String defaultVariant,
    List<ReportedSplit> splits,
    List<ReportedMetric> metrics) {
  /** Keeps copies. */
  public ReportedFeature {
    splits = List.copyOf(splits);
    metrics = List.copyOf(metrics);
  }

  Optional<ReportedMetric> metric(String wanted) {
    return metrics.stream().filter(metric -> metric.key().equals(wanted)).findFirst();
  }

  /** Returns metrics and those that their ratios are made of: all whose values are needed. */
  List<ReportedMetric> withParts(List<ReportedMetric> wanted) {
    List<ReportedMetric> all = new ArrayList<>(wanted);
    for (ReportedMetric metric : wanted) {
      if (metric.isRatio()) {
        metric(metric.numerator()).ifPresent(all::add);
        metric(metric.denominator()).ifPresent(all::add);
      }
    }
    return all.stream().distinct().toList();
  }
}
