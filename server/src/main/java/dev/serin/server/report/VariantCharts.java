package dev.serin.server.report;

import static java.util.stream.Collectors.groupingBy;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one variant shows over time, copied out of the view: wherever it was served, whichever arm,
 * run or period that was.
 *
 * @param variant key of the variant
 * @param decisions by slot
 * @param outcomes by slot
 * @param metrics by key, then by slot
 */
record VariantCharts(
    String variant, List<Slot> decisions, List<Slot> outcomes, Map<String, List<Slot>> metrics) {
  /** Keeps copies. */
  VariantCharts {
    decisions = List.copyOf(decisions);
    outcomes = List.copyOf(outcomes);
    metrics = Map.copyOf(metrics);
  }

  /** Copies the charts of all variants of a feature, by key. */
  static List<VariantCharts> of(
      MergedView view, ReportedFeature feature, List<ReportedMetric> metrics, ChartRange range) {
    Map<String, List<Place>> byVariant =
        new TreeMap<>(
            view.places(feature.namespace(), feature.key()).stream()
                .collect(groupingBy(Place::variant)));
    List<VariantCharts> charts = new ArrayList<>();
    byVariant.forEach((variant, places) -> charts.add(of(view, variant, places, metrics, range)));
    return charts;
  }

  private static VariantCharts of(
      MergedView view,
      String variant,
      List<Place> places,
      List<ReportedMetric> metrics,
      ChartRange range) {
    Map<String, List<Slot>> ofMetrics = new HashMap<>();
    for (ReportedMetric metric : metrics) {
      List<CellKey> keys =
          places.stream()
              .map(place -> new CellKey(place, metric.key(), metric.fingerprint()))
              .toList();
      ofMetrics.put(metric.key(), range.of(view.chart(keys)));
    }
    return new VariantCharts(
        variant,
        range.of(view.chart(places.stream().map(CellKey::exposures).toList())),
        range.of(view.chart(places.stream().map(CellKey::outcomes).toList())),
        ofMetrics);
  }
}
