package dev.serin.engine;

import org.jspecify.annotations.Nullable;

/**
 * The metrics of a namespace at one revision, by feature and key. Immutable; read by any number of
 * threads.
 *
 * <p>It stands beside the compiled features, which know nothing of metrics: a metric that changes
 * compiles no feature anew, and evaluating reads none of this. From one revision to the next only
 * the features that changed are looked at again.
 */
public final class MetricTable {
  private final MetricIndex shared;
  private final FeatureMetrics sharedAlone;

  /** The features that have metrics of their own. */
  private final OrderedMap<String, MetricIndex> own;

  private MetricTable(MetricIndex shared, OrderedMap<String, MetricIndex> own) {
    this.shared = shared;
    this.sharedAlone = new FeatureMetrics(MetricIndex.NONE, shared);
    this.own = own;
  }

  /**
   * Returns the table of a source.
   *
   * @param previous an earlier snapshot, from which is taken what did not change; null: none
   */
  static MetricTable of(SnapshotSource source, @Nullable Snapshot previous) {
    if (previous == null) {
      return new MetricTable(
          MetricIndex.shared(source.metrics()),
          own(source.features(), OrderedMap.of(), OrderedMap.of()));
    }
    MetricTable earlier = previous.metrics();
    return new MetricTable(
        source.metrics().equals(previous.source().metrics())
            ? earlier.shared
            : MetricIndex.shared(source.metrics()),
        own(source.features(), previous.source().features(), earlier.own));
  }

  private static OrderedMap<String, MetricIndex> own(
      OrderedMap<String, FeatureSource> features,
      OrderedMap<String, FeatureSource> featuresBefore,
      OrderedMap<String, MetricIndex> before) {
    OrderedMap.Editor<String, MetricIndex> own = before.edit();
    features.forEachDifference(
        featuresBefore,
        (key, was, is) -> {
          if (is != null && is.document().getMetricsCount() > 0) {
            own.put(key, MetricIndex.own(is));
          } else if (was != null && was.document().getMetricsCount() > 0) {
            own.remove(key);
          }
        });
    return own.build();
  }

  /**
   * Returns the metrics of a feature: a binary search among the features that have own ones. Of a
   * feature that is not there these are the namespace's.
   */
  public FeatureMetrics of(String feature) {
    MetricIndex metrics = own.get(feature);
    return metrics == null ? sharedAlone : new FeatureMetrics(metrics, shared);
  }
}
