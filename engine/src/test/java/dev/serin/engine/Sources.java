package dev.serin.engine;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Metric;
import dev.serin.v1.Segment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A namespace being put together for a test, its documents written as proto text. */
final class Sources {
  static final String NAMESPACE = "test";

  /** Two variants and nothing else. */
  static final String ON_OFF =
      """
      variants { key: 'on' value { bool_value: true } }
      variants { key: 'off' value { bool_value: false } }
      default_variant: 'off'
      """;

  private final Map<String, FeatureSource> features = new LinkedHashMap<>();
  private final Map<String, Segment> segments = new LinkedHashMap<>();
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final Map<String, Holdout> holdouts = new LinkedHashMap<>();
  private final Map<String, MetricSource> metrics = new LinkedHashMap<>();
  private long revision = 1;

  static Sources of() {
    return new Sources();
  }

  /** Adds a feature with the variants on and off (the default), of a key and the text's rest. */
  Sources onOff(String key, String text) {
    return feature("key: '" + key + "'" + ON_OFF + text);
  }

  Sources feature(String text) {
    return feature(parse(text, Feature.class));
  }

  Sources feature(Feature feature, LiveRun... runs) {
    return feature(new FeatureSource(feature, revision, false, List.of(runs)));
  }

  Sources feature(FeatureSource feature) {
    features.put(feature.document().getKey(), feature);
    return this;
  }

  Sources removeFeature(String key) {
    features.remove(key);
    return this;
  }

  Sources segment(String text) {
    return segment(parse(text, Segment.class));
  }

  Sources segment(Segment segment) {
    segments.put(segment.getKey(), segment);
    return this;
  }

  Sources layer(String text) {
    Layer layer = parse(text, Layer.class);
    layers.put(layer.getKey(), layer);
    return this;
  }

  Sources holdout(String text) {
    Holdout holdout = parse(text, Holdout.class);
    holdouts.put(holdout.getKey(), holdout);
    return this;
  }

  Sources metric(String text) {
    Metric metric = parse(text, Metric.class);
    metrics.put(metric.getKey(), new MetricSource(metric, revision));
    return this;
  }

  Sources removeMetric(String key) {
    metrics.remove(key);
    return this;
  }

  Sources revision(long revision) {
    this.revision = revision;
    return this;
  }

  SnapshotSource source() {
    return new SnapshotSource(NAMESPACE, revision, features, segments, layers, holdouts, metrics);
  }

  Snapshot snapshot() {
    return SnapshotCompiler.compile(source(), null);
  }

  static Feature onOffFeature(String key, String text) {
    return parse("key: '" + key + "'" + ON_OFF + text, Feature.class);
  }

  static <T extends Message> T parse(String text, Class<T> type) {
    try {
      return TextFormat.parse(text, type);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
