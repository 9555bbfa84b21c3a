package dev.serin.loadtest.workload;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.v1.Bucketing;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Feature;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import dev.serin.v1.VersionRange;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayList;
import java.util.List;

/**
 * The workloads as Serin's documents and requests. Documents are written as a server stores them:
 * with type, rule ids, salts and bucketing, so that the engine takes them as they are.
 */
public final class SerinDocuments {

  /** Key of the segment that is the large allow list. */
  public static final String LARGE_SEGMENT = "large-list";

  private SerinDocuments() {}

  /** Returns every document of the workload. */
  public static List<Document> of(Workload workload, Scale scale) {
    List<Document> documents = new ArrayList<>();
    for (int number = 0; number < workload.features(scale); number++) {
      Targeting targeting = new Targeting(number, workload.kind(), scale);
      if (workload.kind() == Workload.Kind.ALLOW_LIST) {
        documents.add(
            Document.newBuilder()
                .setSegment(
                    Segment.newBuilder()
                        .setKey(LARGE_SEGMENT)
                        .addAllIncluded(targeting.largeAllowList()))
                .build());
      }
      documents.add(Document.newBuilder().setFeature(feature(targeting)).build());
    }
    return documents;
  }

  /** Returns the feature: variants on and off, the rules of its targeting, the share. */
  public static Feature feature(Targeting targeting) {
    Feature.Builder feature =
        Feature.newBuilder()
            .setKey(targeting.key())
            .setType(ValueType.VALUE_TYPE_BOOL)
            .addVariants(Variant.newBuilder().setKey("on").setValue(bool(true)))
            .addVariants(Variant.newBuilder().setKey("off").setValue(bool(false)))
            .setDefaultVariant("off");
    switch (targeting.kind()) {
      case SHARE -> addShare(feature);
      case RULES -> {
        feature
            .addRules(
                rule("country-and-version")
                    .addWhen(
                        Condition.newBuilder()
                            .setAttribute("country")
                            .addAllIn(texts(targeting.countries())))
                    .addWhen(
                        Condition.newBuilder()
                            .setAttribute("appVersion")
                            .setVersion(
                                VersionRange.newBuilder().setAtLeast(Targeting.MIN_VERSION))))
            .addRules(
                rule("allow-list")
                    .addWhen(
                        Condition.newBuilder()
                            .setAttribute("user_key")
                            .addAllIn(texts(targeting.allowList()))));
        addShare(feature);
      }
      case ALLOW_LIST ->
          feature.addRules(
              rule("large-list").addWhen(Condition.newBuilder().setSegment(LARGE_SEGMENT)));
    }
    return feature.build();
  }

  /** Returns the request that asks for this feature and user with all six attributes. */
  public static EvaluateRequest request(String namespace, String feature, Users.User user) {
    return EvaluateRequest.newBuilder()
        .setNamespace(namespace)
        .setFeature(feature)
        .setUserKey(user.key())
        .setAttributes(
            Struct.newBuilder()
                .putFields("country", text(user.country()))
                .putFields("appVersion", text(user.appVersion()))
                .putFields("plan", text(user.plan()))
                .putFields("platform", text(user.platform()))
                .putFields("age", Value.newBuilder().setNumberValue(user.age()).build())
                .putFields("beta", bool(user.beta())))
        .build();
  }

  private static void addShare(Feature.Builder feature) {
    feature
        .addSplits(
            Split.newBuilder()
                .setId("share")
                .setSalt("loadtest/" + feature.getKey() + "/share")
                .setBucketing(Bucketing.BUCKETING_XXH3_MIX64)
                .addWeights(
                    WeightedVariant.newBuilder().setVariant("on").setWeight(Targeting.PERCENT_ON))
                .addWeights(
                    WeightedVariant.newBuilder()
                        .setVariant("off")
                        .setWeight(100 - Targeting.PERCENT_ON)))
        .setDefaultRule(Serve.newBuilder().setSplit("share"));
  }

  private static Rule.Builder rule(String id) {
    return Rule.newBuilder().setId(id).setServe(Serve.newBuilder().setVariant("on"));
  }

  private static List<Value> texts(List<String> texts) {
    return texts.stream().map(SerinDocuments::text).toList();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value bool(boolean value) {
    return Value.newBuilder().setBoolValue(value).build();
  }
}
