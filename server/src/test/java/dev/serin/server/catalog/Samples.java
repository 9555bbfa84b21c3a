package dev.serin.server.catalog;

import com.google.protobuf.Value;
import dev.serin.engine.DocumentId;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Rollout;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import java.util.List;

/** Small valid documents. */
final class Samples {
  private Samples() {}

  /** A bool feature that a quarter of the users gets. */
  static Document feature(String key) {
    return feature(key, 25);
  }

  /** A bool feature that some percent of the users get. */
  static Document feature(String key, int percent) {
    return document(featureBuilder(key, percent));
  }

  /** A feature with a rule for a segment. */
  static Document featureFor(String key, String segment) {
    return document(
        featureBuilder(key, 25)
            .addRules(
                Rule.newBuilder()
                    .addWhen(Condition.newBuilder().setSegment(segment))
                    .setServe(Serve.newBuilder().setVariant("on"))));
  }

  static Feature.Builder featureBuilder(String key, int percent) {
    return Feature.newBuilder()
        .setKey(key)
        .addVariants(variant("on", true))
        .addVariants(variant("off", false))
        .setDefaultVariant("off")
        .addSplits(
            Split.newBuilder()
                .setId("main")
                .addWeights(WeightedVariant.newBuilder().setVariant("on").setWeight(percent))
                .addWeights(
                    WeightedVariant.newBuilder().setVariant("off").setWeight(100 - percent)))
        .setDefaultRule(Serve.newBuilder().setSplit("main"));
  }

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  static Document document(Feature.Builder feature) {
    return Document.newBuilder().setFeature(feature).build();
  }

  static Document segment(String key, String... included) {
    return Document.newBuilder()
        .setSegment(Segment.newBuilder().setKey(key).addAllIncluded(List.of(included)))
        .build();
  }

  static Document layer(String key) {
    return Document.newBuilder().setLayer(Layer.newBuilder().setKey(key)).build();
  }

  static Document holdout(String key) {
    return Document.newBuilder()
        .setHoldout(Holdout.newBuilder().setKey(key).setShare(Share.newBuilder().setParts(5)))
        .build();
  }

  /** An event that is better when it is rare. */
  static Document metric(String key) {
    return metric(metricBuilder(key, MetricKind.METRIC_KIND_EVENT));
  }

  static Document ratio(String key, String numerator, String denominator) {
    return metric(
        metricBuilder(key, MetricKind.METRIC_KIND_RATIO)
            .setNumerator(numerator)
            .setDenominator(denominator));
  }

  static Metric.Builder metricBuilder(String key, MetricKind kind) {
    return Metric.newBuilder()
        .setKey(key)
        .setKind(kind)
        .setBetter(BetterDirection.BETTER_DIRECTION_LOWER);
  }

  static Document metric(Metric.Builder metric) {
    return Document.newBuilder().setMetric(metric).build();
  }

  /** A run of split "main" at stage 1, with a twentieth of the users. */
  static ServedRun run(String feature, String run) {
    return run(feature, run, ServedRun.Serving.RUNNING, true);
  }

  static ServedRun run(String feature, String run, ServedRun.Serving serving, boolean active) {
    int stage = serving == ServedRun.Serving.WAITING ? 0 : 1;
    return new ServedRun(
        feature, "main", run, serving, active, stage, "on", "off", 5, 100, false, 60_000,
        List.of());
  }

  /** A rollout of split "main". */
  static Document rollout(String key, String feature) {
    return Document.newBuilder()
        .setRollout(
            Rollout.newBuilder()
                .setKey(key)
                .setFeature(feature)
                .setSplit("main")
                .setTreatment("on")
                .setControl("off")
                .setTemplate("gradual")
                .addGuardrails(Guardrail.newBuilder().setMetric("errors")))
        .build();
  }

  static DocumentId rolloutId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, key);
  }

  static DocumentId metricId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_METRIC, key);
  }

  static DocumentId featureId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, key);
  }

  static DocumentId segmentId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, key);
  }
}
