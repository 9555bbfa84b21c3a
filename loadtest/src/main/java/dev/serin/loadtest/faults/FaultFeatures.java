package dev.serin.loadtest.faults;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A feature for each producer, made over the ordinary API. */
final class FaultFeatures {
  static final String NAMESPACE = "faults";

  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("loadtest").setReason("faults").build();
  private static final long LIMIT_SECONDS = 30;

  private final ManagedChannel channel;

  FaultFeatures(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Makes the features; returns a decision token of each. Ends the channel. */
  Map<String, String> create(List<String> names) {
    try {
      var features = FeatureServiceGrpc.newBlockingStub(channel);
      features
          .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
          .createNamespace(
              CreateNamespaceRequest.newBuilder().setName(NAMESPACE).setNote(NOTE).build());
      var request = ApplyDocumentsRequest.newBuilder().setNamespace(NAMESPACE).setNote(NOTE);
      for (String name : names) {
        request.addDocuments(
            ApplyDocument.newBuilder()
                .setDocument(Document.newBuilder().setFeature(feature(name))));
      }
      features.withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS).applyDocuments(request.build());
      Map<String, String> tokens = new TreeMap<>();
      names.forEach(name -> tokens.put(name, token(name)));
      return tokens;
    } finally {
      channel.shutdownNow();
    }
  }

  private static Feature feature(String name) {
    return Feature.newBuilder()
        .setKey(name)
        .setType(ValueType.VALUE_TYPE_BOOL)
        .addVariants(variant("on", true))
        .addVariants(variant("off", false))
        .setOffVariant("off")
        .setDefaultVariant("off")
        .addMetrics(
            Metric.newBuilder()
                .setKey(ProducerMain.METRIC)
                .setKind(MetricKind.METRIC_KIND_EVENT)
                .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER))
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

  private String token(String feature) {
    var decisions = DecisionServiceGrpc.newBlockingStub(channel);
    var request =
        EvaluateRequest.newBuilder()
            .setNamespace(NAMESPACE)
            .setFeature(feature)
            .setUserKey("somebody")
            .setRecordExposure(false)
            .build();
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        return decisions
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .evaluate(request)
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
