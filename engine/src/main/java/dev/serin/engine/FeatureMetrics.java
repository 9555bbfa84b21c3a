package dev.serin.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metrics that outcomes of one feature may report: its own, and those of the namespace that it
 * has no own of. Immutable.
 *
 * <p>The parts of a ratio, one of the namespace too, are the metrics of these keys here: of each
 * key a feature has one metric, and one set of counts.
 */
public final class FeatureMetrics {
  private final MetricIndex own;
  private final MetricIndex shared;

  FeatureMetrics(MetricIndex own, MetricIndex shared) {
    this.own = own;
    this.shared = shared;
  }

  /** Returns the metric of a key, in at most two hash look-ups; null: there is none. */
  public @Nullable CompiledMetric find(String key) {
    CompiledMetric metric = own.find(key);
    return metric == null ? shared.find(key) : metric;
  }

  /** Returns the metric of a key given in UTF-8, without allocation; null: there is none. */
  public @Nullable CompiledMetric find(byte[] utf8, int offset, int length) {
    CompiledMetric metric = own.find(utf8, offset, length);
    return metric == null ? shared.find(utf8, offset, length) : metric;
  }

  /** Returns all metrics: the feature's own in their order, then the namespace's by key. */
  public List<CompiledMetric> all() {
    List<CompiledMetric> all = new ArrayList<>(own.metrics());
    for (CompiledMetric metric : shared.metrics()) {
      if (own.find(metric.key()) == null) {
        all.add(metric);
      }
    }
    return all;
  }
}
