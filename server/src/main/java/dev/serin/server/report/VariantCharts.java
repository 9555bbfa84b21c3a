package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
  /** Metrics of one question: some milliseconds for a whole day of them. */
  private static final int METRICS_AT_ONCE = 4;

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

  /** Asks a question about the view and waits for its answer. */
  @FunctionalInterface
  interface Asking {
    <T> T ask(Function<MergedView, T> question);
  }

  /**
   * Copies the charts of one variant: with several questions, so that who owns the view is not kept
   * from its work for long.
   */
  static VariantCharts of(
      Asking view,
      ReportedFeature feature,
      String variant,
      List<ReportedMetric> metrics,
      ChartRange range) {
    List<Place> places =
        view.ask(all -> all.places(feature.namespace(), feature.key())).stream()
            .filter(place -> place.variant().equals(variant))
            .toList();
    Map<String, List<Slot>> ofMetrics = new HashMap<>();
    for (int from = 0; from < metrics.size(); from += METRICS_AT_ONCE) {
      List<ReportedMetric> some =
          metrics.subList(from, Math.min(metrics.size(), from + METRICS_AT_ONCE));
      ofMetrics.putAll(view.ask(all -> copied(all, places, some, range)));
    }
    return new VariantCharts(
        variant,
        view.ask(all -> range.of(all, places.stream().map(CellKey::exposures).toList())),
        view.ask(all -> range.of(all, places.stream().map(CellKey::outcomes).toList())),
        ofMetrics);
  }

  private static Map<String, List<Slot>> copied(
      MergedView view, List<Place> places, List<ReportedMetric> metrics, ChartRange range) {
    Map<String, List<Slot>> copied = new HashMap<>();
    for (ReportedMetric metric : metrics) {
      List<CellKey> keys =
          places.stream()
              .map(place -> new CellKey(place, metric.key(), metric.fingerprint()))
              .toList();
      copied.put(metric.key(), range.of(view, keys));
    }
    return copied;
  }
}
