package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.MetricSource;
import dev.serin.engine.OrderedMap;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
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
  private final OrderedMap.Editor<String, KillRows.Kill> kills;
  private final OrderedMap.Editor<String, FeatureRuns> runs;
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
      kills = OrderedMap.<String, KillRows.Kill>of().edit();
      runs = OrderedMap.<String, FeatureRuns>of().edit();
      periods = OrderedMap.<String, List<SplitPeriod>>of().edit();
      features = OrderedMap.<String, FeatureSource>of().edit();
      segments = OrderedMap.<String, Segment>of().edit();
      layers = OrderedMap.<String, Layer>of().edit();
      holdouts = OrderedMap.<String, Holdout>of().edit();
      metrics = OrderedMap.<String, MetricSource>of().edit();
    } else {
      before = state.source();
      documents = state.documents().edit();
      kills = state.kills().edit();
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

  /** Adds a kill switch that was set or lifted; all changes before it were added. */
  void addKill(KillRows.Kill kill) {
    boolean changed = isKilled(kill.feature()) != kill.killed();
    kills.put(kill.feature(), kill);
    if (changed) {
      touched.add(kill.feature());
    }
  }

  /** Adds what a run serves since a change; all changes before it were added. */
  void addRun(ServedRunRows.Row row) {
    String feature = row.run().feature();
    FeatureRuns held = runs.get(feature);
    runs.put(feature, (held == null ? FeatureRuns.NONE : held).after(row));
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
        head, documents.build(), kills.build(), runs.build(), periods.build(), source);
  }

  private void makeSource(String feature) {
    StoredVersion version = documents.get(DocumentIds.feature(feature));
    if (version == null || version.archived()) {
      features.remove(feature);
      return;
    }
    FeatureRuns held = runs.get(feature);
    FeatureRuns featureRuns = held == null ? FeatureRuns.NONE : held;
    List<SplitPeriod> heldPeriods = periods.get(feature);
    List<SplitPeriod> featurePeriods = heldPeriods == null ? List.of() : heldPeriods;
    Feature document = version.document().getFeature();
    features.put(
        feature,
        new FeatureSource(
            document,
            Math.max(version.revision(), featureRuns.revision()),
            isKilled(feature),
            featureRuns.live(document, featurePeriods),
            featurePeriods,
            featureRuns.ended(document, featurePeriods)));
  }

  private boolean isKilled(String feature) {
    KillRows.Kill kill = kills.get(feature);
    return kill != null && kill.killed();
  }
}
