package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.MetricSource;
import dev.serin.engine.OrderedMap;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Document;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next state of a namespace out of the one before and what changed. What did not change
 * is the same object afterwards: compiling relies on it to be quick. For one thread.
 */
final class StateBuilder {
  private final @Nullable SnapshotSource before;
  private final OrderedMap.Editor<DocumentId, StoredVersion> documents;
  private final Set<String> killed;
  private final OrderedMap.Editor<String, RunState.FeatureRuns> runs;
  private final OrderedMap.Editor<String, List<SplitPeriod>> periods;
  private final OrderedMap.Editor<String, FeatureSource> features;
  private final OrderedMap.Editor<String, Segment> segments;
  private final OrderedMap.Editor<String, Layer> layers;
  private final OrderedMap.Editor<String, Holdout> holdouts;
  private final OrderedMap.Editor<String, MetricSource> metrics;

  /** Features whose source has to be made anew. */
  private final Set<String> touched = new HashSet<>();

  /** Begins with a state; null: with nothing. */
  StateBuilder(@Nullable NamespaceState state) {
    if (state == null) {
      before = null;
      documents = OrderedMap.<DocumentId, StoredVersion>of().edit();
      killed = new HashSet<>();
      runs = OrderedMap.<String, RunState.FeatureRuns>of().edit();
      periods = OrderedMap.<String, List<SplitPeriod>>of().edit();
      features = OrderedMap.<String, FeatureSource>of().edit();
      segments = OrderedMap.<String, Segment>of().edit();
      layers = OrderedMap.<String, Layer>of().edit();
      holdouts = OrderedMap.<String, Holdout>of().edit();
      metrics = OrderedMap.<String, MetricSource>of().edit();
    } else {
      before = state.source();
      documents = state.documents().edit();
      killed = new HashSet<>(state.killed());
      runs = state.runs().edit();
      periods = state.periods().edit();
      features = before.features().edit();
      segments = before.segments().edit();
      layers = before.layers().edit();
      holdouts = before.holdouts().edit();
      metrics = before.metrics().edit();
    }
  }

  void put(DocumentId id, StoredVersion version) {
    documents.put(id, version);
    Document document = version.document();
    switch (document.getDocumentCase()) {
      case FEATURE -> touched.add(id.key());
      case SEGMENT -> segments.put(id.key(), document.getSegment());
      case LAYER -> layers.put(id.key(), document.getLayer());
      case HOLDOUT -> holdouts.put(id.key(), document.getHoldout());
      case METRIC ->
          metrics.put(id.key(), new MetricSource(document.getMetric(), version.revision()));
      case ROLLOUT, DOCUMENT_NOT_SET -> {
        // Evaluation knows nothing of them.
      }
    }
  }

  void remove(DocumentId id) {
    documents.remove(id);
    switch (id.kind()) {
      case DOCUMENT_KIND_FEATURE -> touched.add(id.key());
      case DOCUMENT_KIND_SEGMENT -> segments.remove(id.key());
      case DOCUMENT_KIND_LAYER -> layers.remove(id.key());
      case DOCUMENT_KIND_HOLDOUT -> holdouts.remove(id.key());
      case DOCUMENT_KIND_METRIC -> metrics.remove(id.key());
      case DOCUMENT_KIND_ROLLOUT, DOCUMENT_KIND_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  void setKilled(String feature, boolean set) {
    boolean changed = set ? killed.add(feature) : killed.remove(feature);
    if (changed) {
      touched.add(feature);
    }
  }

  void setRuns(String feature, RunState.FeatureRuns featureRuns) {
    if (featureRuns.runs().isEmpty() && runs.get(feature) == null) {
      return;
    }
    // Kept without runs too: the feature's revision must not fall back.
    runs.put(feature, featureRuns);
    touched.add(feature);
  }

  /** Adds what a change did to counting periods; all changes before it were added. */
  void addPeriod(PeriodRows.Row row) {
    List<SplitPeriod> held = periods.get(row.feature());
    List<SplitPeriod> next = FeaturePeriods.after(held == null ? List.of() : held, row);
    if (next.isEmpty()) {
      periods.remove(row.feature());
    } else {
      periods.put(row.feature(), next);
    }
    touched.add(row.feature());
  }

  NamespaceState build(NamespaceHead head) {
    touched.forEach(this::makeSource);
    touched.clear();
    SnapshotSource source =
        before == null
            ? new SnapshotSource(
                head.name(),
                head.revision(),
                features.build(),
                segments.build(),
                layers.build(),
                holdouts.build(),
                metrics.build())
            : before.next(
                head.revision(),
                features.build(),
                segments.build(),
                layers.build(),
                holdouts.build(),
                metrics.build());
    return new NamespaceState(
        head, documents.build(), killed, runs.build(), periods.build(), source);
  }

  private void makeSource(String feature) {
    StoredVersion version = documents.get(DocumentIds.feature(feature));
    if (version == null || version.archived()) {
      features.remove(feature);
      return;
    }
    RunState.FeatureRuns featureRuns = runs.get(feature);
    List<SplitPeriod> featurePeriods = periods.get(feature);
    features.put(
        feature,
        new FeatureSource(
            version.document().getFeature(),
            featureRuns == null
                ? version.revision()
                : Math.max(version.revision(), featureRuns.revision()),
            killed.contains(feature),
            featureRuns == null ? List.of() : featureRuns.runs(),
            featurePeriods == null ? List.of() : featurePeriods));
  }
}
