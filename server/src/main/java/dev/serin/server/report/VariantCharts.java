package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  /** Returns the variants of a feature of which something was counted, by key. */
  static List<String> variants(MergedView view, ReportedFeature feature) {
    return view.places(feature.namespace(), feature.key()).stream()
        .map(Place::variant)
        .distinct()
        .sorted()
        .toList();
  }

  /** Copies the charts of one variant. */
  static VariantCharts of(
      MergedView view,
      ReportedFeature feature,
      String variant,
      List<ReportedMetric> metrics,
      ChartRange range) {
    List<Place> places =
        view.places(feature.namespace(), feature.key()).stream()
            .filter(place -> place.variant().equals(variant))
            .toList();
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
