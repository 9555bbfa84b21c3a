package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import dev.serin.v1.Condition;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.FieldChange;
import dev.serin.v1.Layer;
import dev.serin.v1.Override;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.VersionRange;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DocumentDiffTest {
  private static final Feature FEATURE =
      Feature.newBuilder()
          .setKey("checkout")
          .addVariants(variant("on", true))
          .addVariants(variant("off", false))
          .addSplits(
              Split.newBuilder()
                  .setId("main")
                  .addWeights(weight("on", 25))
                  .addWeights(weight("off", 75)))
          .addRules(rule("cn", "CN"))
          .addRules(rule("jp", "JP"))
          .build();

  @Test
  void diff_nestedField_hasItsPathAndBothValues() {
    Feature.Builder after = FEATURE.toBuilder();
    after.getSplitsBuilder(0).getWeightsBuilder(0).setWeight(30);
    after.getSplitsBuilder(0).getWeightsBuilder(1).setWeight(70);

    assertThat(diff(FEATURE, after.build()))
        .containsExactly(
            "splits[0].weights[0].weight: 25 -> 30", "splits[0].weights[1].weight: 75 -> 70");
  }

  @Test
  void diff_fieldSetAndCleared_leavesTheOtherSideOut() {
    Feature described = FEATURE.toBuilder().setDescription("pays\nfaster").build();

    assertThat(diff(FEATURE, described))
        .containsExactly("description: nothing -> \"pays\\nfaster\"");
    assertThat(diff(described, FEATURE))
        .containsExactly("description: \"pays\\nfaster\" -> nothing");
  }

  @Test
  void diff_ruleAddedOnTop_isOneChange() {
    Feature after = FEATURE.toBuilder().addRules(0, rule("us", "US")).build();

    assertThat(diff(FEATURE, after))
        .containsExactly(
            "rules[0]: nothing -> {\"id\":\"us\",\"when\":[{\"attribute\":\"country\","
                + "\"equals\":\"US\"}],\"serve\":{\"variant\":\"on\"}}");
  }

  @Test
  void diff_ruleRemovedFromTheTop_hasItsOldIndex() {
    Feature after = FEATURE.toBuilder().removeRules(0).build();

    assertThat(diff(FEATURE, after))
        .singleElement()
        .asString()
        .startsWith("rules[0]: {\"id\":\"cn\"");
  }

  @Test
  void diff_rulesSwapped_isOneChangeOfTheirOrder() {
    Feature after =
        FEATURE.toBuilder()
            .setRules(0, FEATURE.getRules(1))
            .setRules(1, FEATURE.getRules(0))
            .build();

    assertThat(diff(FEATURE, after)).containsExactly("rules: [\"cn\",\"jp\"] -> [\"jp\",\"cn\"]");
  }

  @Test
  void diff_conditionsWithoutIdentity_areMatchedByEquality() {
    Segment before =
        Segment.newBuilder()
            .setKey("beta")
            .addWhen(version("1.0.0"))
            .addWhen(version("2.0.0"))
            .addWhen(version("3.0.0"))
            .build();
    Segment after = before.toBuilder().removeWhen(0).build();
    Segment changed = before.toBuilder().setWhen(1, version("2.5.0")).build();

    assertThat(diff(before, after))
        .singleElement()
        .asString()
        .startsWith("when[0]: {")
        .endsWith("nothing");
    assertThat(diff(before, changed))
        .containsExactly("when[1].version.at_least: \"2.0.0\" -> \"2.5.0\"");
  }

  @Test
  void diff_userAddedToLargeAllowList_isOneChange() {
    List<String> users = users(100_000);
    Feature before =
        FEATURE.toBuilder()
            .addOverrides(Override.newBuilder().setVariant("on").addAllUserKeys(users))
            .build();
    Feature.Builder after = before.toBuilder();
    after.getOverridesBuilder(0).addUserKeys("new");

    assertThat(diff(before, after.build()))
        .containsExactly("overrides[0].user_keys[100000]: nothing -> \"new\"");
  }

  @Test
  void diff_allowListReplaced_isShortened() {
    Segment before = Segment.newBuilder().setKey("beta").addAllIncluded(users(1_000)).build();
    Segment after =
        Segment.newBuilder()
            .setKey("beta")
            .addAllIncluded(users(2_000).subList(1_000, 2_000))
            .build();

    List<FieldChange> changes = DocumentDiff.diff(document(before), document(after));

    assertThat(changes).singleElement().extracting(FieldChange::getPath).isEqualTo("included");
    assertThat(changes.get(0).getBefore()).startsWith("[\"user-0\",").endsWith(",… 980 more]");
    assertThat(changes.get(0).getAfter()).startsWith("[\"user-1000\",").hasSizeLessThan(1_000);
  }

  @Test
  void diff_oneofMember_replaced_namesBoth() {
    Feature.Builder after = FEATURE.toBuilder();
    after.getRulesBuilder(0).setServe(Serve.newBuilder().setSplit("main"));

    assertThat(diff(FEATURE, after.build()))
        .containsExactly(
            "rules[0].serve.variant: \"on\" -> nothing",
            "rules[0].serve.split: nothing -> \"main\"");
  }

  @Test
  void diff_otherKind_isRefused() {
    assertThatThrownBy(
            () -> DocumentDiff.diff(document(FEATURE), document(Segment.newBuilder().build())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("after: SEGMENT (expected: FEATURE, the kind before)");
  }

  @Test
  void diff_moreChangesThanAnybodyReads_isOneChange() {
    Feature.Builder before = FEATURE.toBuilder();
    Feature.Builder after = FEATURE.toBuilder();
    for (int i = 0; i <= DocumentDiff.MAX_CHANGES; i++) {
      before.addVariants(Variant.newBuilder().setKey("v" + i).setDescription("a"));
      after.addVariants(Variant.newBuilder().setKey("v" + i).setDescription("b"));
    }

    List<FieldChange> changes =
        DocumentDiff.diff(document(before.build()), document(after.build()));

    assertThat(changes).singleElement().extracting(FieldChange::getPath).isEqualTo("");
  }

  @Test
  void diff_randomDocuments_isEmptyExactlyWhenEqualAndItsPathsLeadToItsValues() {
    for (long seed = 1; seed <= 2_000; seed++) {
      RandomDocuments documents = new RandomDocuments(seed);
      Document before = documents.document();
      Document after = documents.changed(before);
      List<FieldChange> changes = DocumentDiff.diff(before, after);

      assertThat(changes.isEmpty()).as("seed %d", seed).isEqualTo(before.equals(after));
      assertThat(DocumentDiff.diff(before, before)).isEmpty();
      for (FieldChange change : changes) {
        assertThat(!change.getBefore().isEmpty() || !change.getAfter().isEmpty()).isTrue();
        if (change.getBefore().startsWith("[") || change.getAfter().startsWith("[")) {
          continue; // The order of a list is told by identities.
        }
        if (!change.getAfter().isEmpty()) {
          assertThat(at(after, change.getPath()))
              .as("seed %d %s", seed, change)
              .isEqualTo(change.getAfter());
        } else {
          assertThat(at(before, change.getPath()))
              .as("seed %d %s", seed, change)
              .isEqualTo(change.getBefore());
        }
      }
    }
  }

  /** JSON of what a path leads to. */
  private static String at(Document document, String path) {
    FieldDescriptor kind = document.getAllFields().keySet().iterator().next();
    Object value = document.getField(kind);
    FieldDescriptor field = kind;
    Matcher step = Pattern.compile("([a-z_]+)(?:\\[([0-9]+)])?\\.?").matcher(path);
    while (step.lookingAt()) {
      Message message = (Message) value;
      field = message.getDescriptorForType().findFieldByName(step.group(1));
      value =
          step.group(2) == null
              ? message.getField(field)
              : message.getRepeatedField(field, Integer.parseInt(step.group(2)));
      step.region(step.end(), path.length());
    }
    return DiffText.of(field, value);
  }

  private static List<String> diff(Message before, Message after) {
    return DocumentDiff.diff(document(before), document(after)).stream()
        .map(
            change ->
                change.getPath()
                    + ": "
                    + (!change.getBefore().isEmpty() ? change.getBefore() : "nothing")
                    + " -> "
                    + (!change.getAfter().isEmpty() ? change.getAfter() : "nothing"))
        .toList();
  }

  private static Document document(Message content) {
    return switch (content) {
      case Feature feature -> Document.newBuilder().setFeature(feature).build();
      case Segment segment -> Document.newBuilder().setSegment(segment).build();
      case Layer layer -> Document.newBuilder().setLayer(layer).build();
      default -> throw new IllegalArgumentException(content.toString());
    };
  }

  private static List<String> users(int count) {
    List<String> users = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      users.add("user-" + i);
    }
    return users;
  }

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  private static WeightedVariant weight(String variant, int weight) {
    return WeightedVariant.newBuilder().setVariant(variant).setWeight(weight).build();
  }

  private static Rule rule(String id, String country) {
    return Rule.newBuilder()
        .setId(id)
        .addWhen(
            Condition.newBuilder()
                .setAttribute("country")
                .setEquals(Value.newBuilder().setStringValue(country)))
        .setServe(Serve.newBuilder().setVariant("on"))
        .build();
  }

  private static Condition version(String atLeast) {
    return Condition.newBuilder()
        .setAttribute("version")
        .setVersion(VersionRange.newBuilder().setAtLeast(atLeast))
        .build();
  }
}
