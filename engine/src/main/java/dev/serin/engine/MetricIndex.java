package dev.serin.engine;

import dev.serin.v1.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metrics found by key, as text or as UTF-8, without allocation. Immutable. */
final class MetricIndex {
  static final MetricIndex NONE = new MetricIndex(List.of());

  private final List<CompiledMetric> metrics;
  private final Names places;

  private MetricIndex(List<CompiledMetric> metrics) {
    this.metrics = List.copyOf(metrics);
    Map<String, Integer> numbers = new LinkedHashMap<>();
    metrics.forEach(metric -> numbers.put(metric.key(), numbers.size()));
    this.places = Names.of(numbers);
  }

  /** Returns the metrics that the features of a namespace share. */
  static MetricIndex shared(Map<String, MetricSource> sources) {
    List<CompiledMetric> metrics = new ArrayList<>();
    for (MetricSource source : sources.values()) {
      metrics.add(CompiledMetric.of(source.document(), source.revision()));
    }
    return new MetricIndex(metrics);
  }

  /** Returns a feature's own metrics. */
  static MetricIndex own(FeatureSource feature) {
    List<CompiledMetric> metrics = new ArrayList<>();
    for (Metric metric : feature.document().getMetricsList()) {
      metrics.add(CompiledMetric.of(metric, feature.revision()));
    }
    return new MetricIndex(metrics);
  }

  List<CompiledMetric> metrics() {
    return metrics;
  }

  @Nullable CompiledMetric find(String key) {
    return at(places.number(key));
  }

  @Nullable CompiledMetric find(byte[] utf8, int offset, int length) {
    return at(places.number(utf8, offset, length));
  }

  private @Nullable CompiledMetric at(int place) {
    return place == Names.ABSENT ? null : metrics.get(place);
  }
}
