package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All documents and run state of a namespace at one revision, by key. Archived features are not in
 * it. Immutable; equal where the documents and run state are.
 *
 * <p>It knows who names whom. One made by {@link #next} takes that over from the one before, where
 * the documents are the same objects.
 */
public final class SnapshotSource {
  private final String namespace;
  private final long revision;
  private final OrderedMap<String, FeatureSource> features;
  private final OrderedMap<String, Segment> segments;
  private final OrderedMap<String, Layer> layers;
  private final OrderedMap<String, Holdout> holdouts;
  private final OrderedMap<String, MetricSource> metrics;
  private final Referrers referrers;

  /**
   * Makes a source.
   *
   * @param namespace name of the namespace
   * @param revision revision of the namespace
   * @param features its features
   * @param segments its segments
   * @param layers its layers
   * @param holdouts its holdouts
   * @param metrics the metrics its features share
   */
  public SnapshotSource(
      String namespace,
      long revision,
      Map<String, FeatureSource> features,
      Map<String, Segment> segments,
      Map<String, Layer> layers,
      Map<String, Holdout> holdouts,
      Map<String, MetricSource> metrics) {
    this(namespace, revision, features, segments, layers, holdouts, metrics, null);
  }

  private SnapshotSource(
      String namespace,
      long revision,
      Map<String, FeatureSource> features,
      Map<String, Segment> segments,
      Map<String, Layer> layers,
      Map<String, Holdout> holdouts,
      Map<String, MetricSource> metrics,
      @Nullable SnapshotSource earlier) {
    this.namespace = requireNonNull(namespace, "namespace");
    this.revision = revision;
    this.features = OrderedMap.copyOf(features);
    this.segments = OrderedMap.copyOf(segments);
    this.layers = OrderedMap.copyOf(layers);
    this.holdouts = OrderedMap.copyOf(holdouts);
    this.metrics = OrderedMap.copyOf(metrics);
    this.referrers =
        (earlier == null ? Referrers.NONE : earlier.referrers)
            .next(
                DocumentKind.DOCUMENT_KIND_FEATURE,
                earlier == null ? OrderedMap.of() : earlier.features,
                this.features,
                feature -> References.of(feature.document()))
            .next(
                DocumentKind.DOCUMENT_KIND_SEGMENT,
                earlier == null ? OrderedMap.of() : earlier.segments,
                this.segments,
                References::of)
            .next(
                DocumentKind.DOCUMENT_KIND_METRIC,
                earlier == null ? OrderedMap.of() : earlier.metrics,
                this.metrics,
                metric -> References.of(metric.document()));
  }

  /** Returns the source of another revision of the namespace, with these documents. */
  public SnapshotSource next(
      long revision,
      Map<String, FeatureSource> features,
      Map<String, Segment> segments,
      Map<String, Layer> layers,
      Map<String, Holdout> holdouts,
      Map<String, MetricSource> metrics) {
    return new SnapshotSource(
        namespace, revision, features, segments, layers, holdouts, metrics, this);
  }

  /** Returns the name of the namespace. */
  public String namespace() {
    return namespace;
  }

  /** Returns the revision of the namespace. */
  public long revision() {
    return revision;
  }

  /** Returns its features. */
  public OrderedMap<String, FeatureSource> features() {
    return features;
  }

  /** Returns its segments. */
  public OrderedMap<String, Segment> segments() {
    return segments;
  }

  /** Returns its layers. */
  public OrderedMap<String, Layer> layers() {
    return layers;
  }

  /** Returns its holdouts. */
  public OrderedMap<String, Holdout> holdouts() {
    return holdouts;
  }

  /** Returns the metrics its features share; features' own stand in their documents. */
  public OrderedMap<String, MetricSource> metrics() {
    return metrics;
  }

  Referrers referrers() {
    return referrers;
  }

  /** Returns the documents that are not what they were, and those that are gone. */
  Set<DocumentId> changedSince(SnapshotSource earlier) {
    Set<DocumentId> changed = new HashSet<>();
    collect(DocumentKind.DOCUMENT_KIND_FEATURE, earlier.features, features, changed);
    collect(DocumentKind.DOCUMENT_KIND_SEGMENT, earlier.segments, segments, changed);
    collect(DocumentKind.DOCUMENT_KIND_LAYER, earlier.layers, layers, changed);
    collect(DocumentKind.DOCUMENT_KIND_HOLDOUT, earlier.holdouts, holdouts, changed);
    collect(DocumentKind.DOCUMENT_KIND_METRIC, earlier.metrics, metrics, changed);
    return changed;
  }

  private static <T> void collect(
      DocumentKind kind,
      OrderedMap<String, T> earlier,
      OrderedMap<String, T> now,
      Set<DocumentId> changed) {
    now.forEachDifference(
        earlier,
        (key, before, after) -> {
          if (!Objects.equals(before, after)) {
            changed.add(new DocumentId(kind, key));
          }
        });
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SnapshotSource source
        && namespace.equals(source.namespace)
        && revision == source.revision
        && features.equals(source.features)
        && segments.equals(source.segments)
        && layers.equals(source.layers)
        && holdouts.equals(source.holdouts)
        && metrics.equals(source.metrics);
  }

  @Override
  public int hashCode() {
    return Objects.hash(namespace, revision, features, segments, layers, holdouts, metrics);
  }

  @Override
  public String toString() {
    return namespace + "@" + revision;
  }
}
