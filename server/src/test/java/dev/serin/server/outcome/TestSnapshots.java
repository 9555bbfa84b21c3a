package dev.serin.server.outcome;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Decision;
import dev.serin.engine.EndedRun;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.MetricSource;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Arm;
import dev.serin.v1.Document;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Snapshots compiled from documents, as a namespace's are. */
final class TestSnapshots implements OutcomeSnapshots {
  /** Two variants by half and half, and a metric of each kind. */
  static final List<String> CHECKOUT =
      List.of(
          """
          { "feature": { "key": "checkout", "defaultVariant": "old",
              "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
              "splits": [ { "id": "main", "bucketing": "BUCKETING_XXH3_MIX64", "salt": "s",
                  "weights": [ { "variant": "old", "weight": 50 },
                      { "variant": "new", "weight": 50 } ] } ],
              "rules": [ { "id": "staff", "serve": { "variant": "new" },
                  "when": [ { "attribute": "staff", "equals": true } ] } ],
              "defaultRule": { "split": "main" } } }
          """,
          """
          { "feature": { "key": "lottery", "defaultVariant": "lose",
              "variants": [ { "key": "lose", "value": 1 }, { "key": "win", "value": 2 } ],
              "splits": [ { "id": "draw", "probability": true,
                  "bucketing": "BUCKETING_XXH3_MIX64",
                  "weights": [ { "variant": "lose", "weight": 50 },
                      { "variant": "win", "weight": 50 } ] } ],
              "defaultRule": { "split": "draw" } } }
          """,
          """
          { "feature": { "key": "plain", "defaultVariant": "a",
              "variants": [ { "key": "a", "value": 1 }, { "key": "b", "value": 2 } ],
              "splits": [ { "id": "halves", "bucketing": "BUCKETING_XXH3_MIX64", "salt": "p",
                  "weights": [ { "variant": "a", "weight": 50 },
                      { "variant": "b", "weight": 50 } ] } ],
              "defaultRule": { "split": "halves" } } }
          """,
          """
          { "metric": { "key": "bought", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_HIGHER" } }
          """,
          """
          { "metric": { "key": "price", "kind": "METRIC_KIND_MEAN", "measure": "CNY",
              "better": "BETTER_DIRECTION_HIGHER", "cap": 100 } }
          """,
          """
          { "metric": { "key": "refunds", "kind": "METRIC_KIND_MEAN", "measure": "CNY",
              "better": "BETTER_DIRECTION_LOWER", "missing": "MISSING_MEANS_ZERO" } }
          """,
          """
          { "metric": { "key": "latency", "kind": "METRIC_KIND_QUANTILE", "measure": "ms",
              "better": "BETTER_DIRECTION_LOWER" } }
          """,
          """
          { "metric": { "key": "price-per-sale", "kind": "METRIC_KIND_RATIO",
              "better": "BETTER_DIRECTION_HIGHER", "numerator": "price",
              "denominator": "bought" } }
          """);

  private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();
  private volatile boolean ready = true;

  /** Replaces a namespace by these documents, given as JSON. */
  Snapshot put(String namespace, long revision, List<String> documents) {
    return put(namespace, revision, documents, List.of(), List.of());
  }

  /** Replaces a namespace by these documents; runs and periods are those of the first feature. */
  Snapshot put(
      String namespace,
      long revision,
      List<String> documents,
      List<LiveRun> runs,
      List<SplitPeriod> periods) {
    return put(namespace, revision, documents, runs, periods, List.of());
  }

  /** Replaces a namespace by these documents; all else is of the first feature. */
  Snapshot put(
      String namespace,
      long revision,
      List<String> documents,
      List<LiveRun> runs,
      List<SplitPeriod> periods,
      List<EndedRun> ended) {
    Map<String, FeatureSource> features = new HashMap<>();
    Map<String, MetricSource> metrics = new HashMap<>();
    for (String json : documents) {
      Document document = document(json);
      if (document.hasFeature()) {
        features.put(
            document.getFeature().getKey(),
            new FeatureSource(
                document.getFeature(),
                revision,
                false,
                features.isEmpty() ? runs : List.of(),
                features.isEmpty() ? periods : List.of(),
                features.isEmpty() ? ended : List.of()));
      } else {
        metrics.put(
            document.getMetric().getKey(), new MetricSource(document.getMetric(), revision));
      }
    }
    Snapshot compiled =
        SnapshotCompiler.compile(
            new SnapshotSource(
                namespace, revision, features, Map.of(), Map.of(), Map.of(), metrics),
            null);
    snapshots.put(namespace, compiled);
    return compiled;
  }

  private static Document document(String json) {
    var document = Document.newBuilder();
    try {
      JsonFormat.parser().merge(json, document);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
    return document.build();
  }

  /** The token of what a feature of the default namespace serves as an arm. */
  String token(String feature, Arm arm, String variant) {
    for (Decision decision : of(feature).decisions()) {
      if (decision.arm() == arm && decision.variant().equals(variant)) {
        return decision.token();
      }
    }
    throw new NoSuchElementException(feature + " " + arm + " " + variant);
  }

  private CompiledFeature of(String feature) {
    Snapshot snapshot = Objects.requireNonNull(snapshots.get("default"));
    return Objects.requireNonNull(snapshot.feature(feature));
  }

  /** The place that a token names. */
  PlaceHandle place(String token) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    return (PlaceHandle)
        new PlaceResolver(this, new LiveRuns(this)).ofToken(bytes, 0, bytes.length, false);
  }

  void setReady(boolean now) {
    ready = now;
  }

  @Override
  public @Nullable Snapshot get(String namespace) {
    return snapshots.get(namespace);
  }

  @Override
  public boolean ready() {
    return ready;
  }
}
