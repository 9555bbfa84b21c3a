package dev.serin.server.decision;

import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.MetricSource;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Snapshots in a map, compiled from documents as a namespace's are. */
final class HeldSnapshots implements ServedSnapshots {
  private final Map<String, ServedSnapshot> snapshots = new ConcurrentHashMap<>();
  private volatile boolean ready = true;
  private volatile long silentMillis;

  /** Replaces a namespace by these documents. */
  ServedSnapshot put(String namespace, long revision, List<Document> documents) {
    return put(namespace, revision, documents, Map.of());
  }

  /**
   * Replaces a namespace by these documents.
   *
   * @param runs what moves a feature's split, by the feature's key
   */
  ServedSnapshot put(
      String namespace, long revision, List<Document> documents, Map<String, LiveRun> runs) {
    var features = new HashMap<String, FeatureSource>();
    var segments = new HashMap<String, Segment>();
    var layers = new HashMap<String, Layer>();
    var holdouts = new HashMap<String, Holdout>();
    var metrics = new HashMap<String, MetricSource>();
    for (Document document : documents) {
      switch (document.getDocumentCase()) {
        case FEATURE -> {
          Feature feature = document.getFeature();
          LiveRun run = runs.get(feature.getKey());
          List<LiveRun> moved = run == null ? List.of() : List.of(run);
          features.put(feature.getKey(), new FeatureSource(feature, revision, false, moved));
        }
        case SEGMENT -> segments.put(document.getSegment().getKey(), document.getSegment());
        case LAYER -> layers.put(document.getLayer().getKey(), document.getLayer());
        case HOLDOUT -> holdouts.put(document.getHoldout().getKey(), document.getHoldout());
        case METRIC ->
            metrics.put(
                document.getMetric().getKey(), new MetricSource(document.getMetric(), revision));
        case ROLLOUT, DOCUMENT_NOT_SET -> throw new IllegalArgumentException();
      }
    }
    var source =
        new SnapshotSource(namespace, revision, features, segments, layers, holdouts, metrics);
    ServedSnapshot previous = snapshots.get(namespace);
    var compiled = SnapshotCompiler.compile(source, previous == null ? null : previous.snapshot());
    var served = ServedSnapshot.prepare(compiled, previous);
    snapshots.put(namespace, served);
    return served;
  }

  void remove(String namespace) {
    snapshots.remove(namespace);
  }

  void ready(boolean now) {
    ready = now;
  }

  /** For so long nobody has confirmed what every namespace serves. */
  void silentFor(long millis) {
    silentMillis = millis;
  }

  @Override
  public @Nullable Place place(String namespace) {
    if (!snapshots.containsKey(namespace)) {
      return null;
    }
    return new Place() {
      @Override
      public @Nullable ServedSnapshot snapshot() {
        return snapshots.get(namespace);
      }

      @Override
      public long silentMillis() {
        return silentMillis;
      }
    };
  }

  @Override
  public Set<String> namespaces() {
    return snapshots.keySet();
  }

  @Override
  public boolean ready() {
    return ready;
  }
}
