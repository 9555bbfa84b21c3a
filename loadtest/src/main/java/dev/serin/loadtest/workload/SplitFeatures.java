package dev.serin.loadtest.workload;

import com.google.protobuf.Value;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Feature;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.Metric;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Features that give half of the users "on" and half "off", made over the ordinary API. */
public final class SplitFeatures {
  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("loadtest").setReason("outcomes").build();
  private static final long LIMIT_SECONDS = 30;
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final ManagedChannel channel;
  private final String namespace;

  /** Features of a namespace that {@link #create} makes; the channel stays the caller's. */
  public SplitFeatures(ManagedChannel channel, String namespace) {
    this.channel = channel;
    this.namespace = namespace;
  }

  /** Returns the document of a feature. */
  public static Feature feature(String key, List<Metric> metrics) {
    return Feature.newBuilder()
        .setKey(key)
        .setType(ValueType.VALUE_TYPE_BOOL)
        .addVariants(variant("on", true))
        .addVariants(variant("off", false))
        .setOffVariant("off")
        .setDefaultVariant("off")
        .addAllMetrics(metrics)
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

  /** Makes the namespace with these features. */
  public void create(List<Feature> documents) {
    var features =
        FeatureServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
    features.createNamespace(
        CreateNamespaceRequest.newBuilder().setName(namespace).setNote(NOTE).build());
    var request = ApplyDocumentsRequest.newBuilder().setNamespace(namespace).setNote(NOTE);
    for (Feature document : documents) {
      request.addDocuments(
          ApplyDocument.newBuilder().setDocument(Document.newBuilder().setFeature(document)));
    }
    features.applyDocuments(request.build());
  }

  /** Returns the token of a user's decision, once the server serves the feature. */
  public String token(String feature, String user) {
    var request =
        EvaluateRequest.newBuilder()
            .setNamespace(namespace)
            .setFeature(feature)
            .setUserKey(user)
            .setRecordExposure(false)
            .build();
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      try {
        return DecisionServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .evaluate(request)
            .getDecisionToken();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND || System.nanoTime() - giveUp > 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN_MILLIS));
      }
    }
  }
}
