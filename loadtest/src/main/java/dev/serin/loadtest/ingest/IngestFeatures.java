package dev.serin.loadtest.ingest;

import com.google.protobuf.Value;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Feature;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A feature with three metrics on a running server, and tokens of its variants. */
final class IngestFeatures {
  static final String NAMESPACE = "ingest";
  static final String FEATURE = "checkout";
  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("loadtest").setReason("measurement").build();
  private static final long LIMIT_SECONDS = 30;
  private static final int VARIANTS = 2;

  private IngestFeatures() {}

  /** Makes the feature; returns a decision token of each variant. */
  static List<String> create(ManagedChannel channel) {
    var features =
        FeatureServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
    features.createNamespace(
        CreateNamespaceRequest.newBuilder().setName(NAMESPACE).setNote(NOTE).build());
    features.applyDocuments(
        ApplyDocumentsRequest.newBuilder()
            .setNamespace(NAMESPACE)
            .setNote(NOTE)
            .addDocuments(
                ApplyDocument.newBuilder().setDocument(Document.newBuilder().setFeature(feature())))
            .build());
    List<String> tokens = new ArrayList<>();
    for (int user = 0; tokens.size() < VARIANTS; user++) {
      String token = token(channel, "user-" + user);
      if (!tokens.contains(token)) {
        tokens.add(token);
      }
    }
    return tokens;
  }

  private static Feature feature() {
    return Feature.newBuilder()
        .setKey(FEATURE)
        .setType(ValueType.VALUE_TYPE_BOOL)
        .addVariants(variant("on", true))
        .addVariants(variant("off", false))
        .setOffVariant("off")
        .setDefaultVariant("off")
        .addMetrics(
            metric(
                OutcomeBatches.LATENCY,
                MetricKind.METRIC_KIND_QUANTILE,
                BetterDirection.BETTER_DIRECTION_LOWER))
        .addMetrics(
            metric(
                OutcomeBatches.ERROR,
                MetricKind.METRIC_KIND_EVENT,
                BetterDirection.BETTER_DIRECTION_LOWER))
        .addMetrics(
            metric(
                OutcomeBatches.CONVERSION,
                MetricKind.METRIC_KIND_EVENT,
                BetterDirection.BETTER_DIRECTION_HIGHER))
        .addSplits(
            Split.newBuilder()
                .setId("all")
                .setTotal(2)
                .addWeights(one("on"))
                .addWeights(one("off")))
        .setDefaultRule(Serve.newBuilder().setSplit("all"))
        .build();
  }

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  private static WeightedVariant one(String variant) {
    return WeightedVariant.newBuilder().setVariant(variant).setWeight(1).build();
  }

  private static Metric metric(String key, MetricKind kind, BetterDirection better) {
    return Metric.newBuilder().setKey(key).setKind(kind).setBetter(better).build();
  }

  private static String token(ManagedChannel channel, String user) {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        return DecisionServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .evaluate(
                EvaluateRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setFeature(FEATURE)
                    .setUserKey(user)
                    .build())
            .getDecisionToken();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND || System.nanoTime() - giveUp > 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }
}
