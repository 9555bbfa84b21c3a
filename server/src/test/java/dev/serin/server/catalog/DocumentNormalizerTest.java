package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Bucketing;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Rule;
import dev.serin.v1.Split;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DocumentNormalizerTest {
  @Test
  void split_created_getsItsSaltAndBucketing() {
    Split split = normalSplit(Split.newBuilder().setId("main").build(), null);

    assertThat(split.getSalt()).isEqualTo("shop/checkout/main");
    assertThat(split.getBucketing()).isEqualTo(Bucketing.BUCKETING_XXH3_MIX64);
  }

  @Test
  void split_withSalt_keepsWhatItSays() {
    Split split = normalSplit(Split.newBuilder().setId("main").setSalt("2026").build(), null);

    assertThat(split.getSalt()).isEqualTo("2026");
  }

  @Test
  void split_replacedWithoutSalt_keepsThePreviousOne() {
    Split previous = Split.newBuilder().setId("main").setSalt("2026").setBucketingValue(7).build();

    Split split = normalSplit(Split.newBuilder().setId("main").build(), previous);

    assertThat(split.getSalt()).isEqualTo("2026");
    assertThat(split.getBucketingValue()).isEqualTo(7);
  }

  @Test
  void split_replacedUnderAnotherId_isCreatedAnew() {
    Split previous = Split.newBuilder().setId("old").setSalt("2026").build();

    Split split = normalSplit(Split.newBuilder().setId("main").build(), previous);

    assertThat(split.getSalt()).isEqualTo("shop/checkout/main");
  }

  @Test
  void probabilitySplit_created_hasNoSalt() {
    Split split = normalSplit(Split.newBuilder().setId("main").setProbability(true).build(), null);

    assertThat(split.getSalt()).isEmpty();
    assertThat(split.getBucketing()).isEqualTo(Bucketing.BUCKETING_XXH3_MIX64);
  }

  @Test
  void probabilitySplit_becomingSticky_getsItsSalt() {
    Split previous =
        normalSplit(Split.newBuilder().setId("main").setProbability(true).build(), null);

    Split split = normalSplit(Split.newBuilder().setId("main").build(), previous);

    assertThat(split.getSalt()).isEqualTo("shop/checkout/main");
  }

  @Test
  void layerAndHoldout_created_getSaltsThatDifferFromSplits() {
    Document layer = Document.newBuilder().setLayer(Layer.newBuilder().setKey("ui")).build();
    Document holdout = Document.newBuilder().setHoldout(Holdout.newBuilder().setKey("ui")).build();

    assertThat(DocumentNormalizer.normalize("shop", layer, null).getLayer().getSalt())
        .isEqualTo("layer:shop/ui");
    assertThat(DocumentNormalizer.normalize("shop", holdout, null).getHoldout().getSalt())
        .isEqualTo("holdout:shop/ui");
  }

  @Test
  void layerAndHoldout_replacedWithoutSalt_keepThePreviousOne() {
    Document layer = Document.newBuilder().setLayer(Layer.newBuilder().setKey("ui")).build();
    Document oldLayer =
        Document.newBuilder().setLayer(Layer.newBuilder().setKey("ui").setSalt("a")).build();
    Document holdout = Document.newBuilder().setHoldout(Holdout.newBuilder().setKey("ui")).build();
    Document oldHoldout =
        Document.newBuilder().setHoldout(Holdout.newBuilder().setKey("ui").setSalt("b")).build();

    assertThat(DocumentNormalizer.normalize("shop", layer, oldLayer)).isEqualTo(oldLayer);
    assertThat(DocumentNormalizer.normalize("shop", holdout, oldHoldout)).isEqualTo(oldHoldout);
  }

  @Test
  void rules_withoutIds_areNamedByPosition() {
    assertThat(ruleIds("", "beta users", "")).containsExactly("rule-1", "beta users", "rule-3");
  }

  @Test
  void rules_positionTaken_getTheNextFreeId() {
    // A rule put before those that were read back with their ids.
    assertThat(ruleIds("", "rule-1", "rule-2")).containsExactly("rule-3", "rule-1", "rule-2");
    assertThat(ruleIds("rule-2", "", "")).containsExactly("rule-2", "rule-3", "rule-4");
  }

  @Test
  void normalize_twice_changesNothingMore() {
    for (long seed = 1; seed <= 500; seed++) {
      Document document = new RandomDocuments(seed).document();
      Document normal = DocumentNormalizer.normalize("shop", document, null);

      assertThat(DocumentNormalizer.normalize("shop", normal, null))
          .as("seed %d", seed)
          .isEqualTo(normal);
      assertThat(DocumentNormalizer.normalize("other", document, normal).getLayer())
          .as("seed %d", seed)
          .isEqualTo(normal.getLayer());
    }
  }

  private static List<String> ruleIds(String... ids) {
    Feature.Builder feature = Feature.newBuilder().setKey("checkout");
    for (String id : ids) {
      feature.addRules(Rule.newBuilder().setId(id));
    }
    Document document = Document.newBuilder().setFeature(feature).build();
    return DocumentNormalizer.normalize("shop", document, null).getFeature().getRulesList().stream()
        .map(Rule::getId)
        .toList();
  }

  private static Split normalSplit(Split split, @Nullable Split previous) {
    Document document = withSplit(split);
    Document before = previous == null ? null : withSplit(previous);
    return DocumentNormalizer.normalize("shop", document, before).getFeature().getSplits(0);
  }

  private static Document withSplit(Split split) {
    return Document.newBuilder()
        .setFeature(Feature.newBuilder().setKey("checkout").addSplits(split))
        .build();
  }
}
