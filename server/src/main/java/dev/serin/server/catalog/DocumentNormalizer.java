package dev.serin.server.catalog;

import dev.serin.v1.Bucketing;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Rule;
import dev.serin.v1.Split;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the server writes into a document before it is stored: salts, bucketing versions, rule ids.
 *
 * <p>A salt decides who falls where, so it must not depend on anything that may change later: it is
 * written down when the split, layer or holdout is created and kept while the document says nothing
 * else. Pure; normalising what is normalised changes nothing.
 */
final class DocumentNormalizer {
  private DocumentNormalizer() {}

  /**
   * The document as it is stored.
   *
   * @param previous the stored version it replaces (archived ones too); null: it is created
   */
  static Document normalize(String namespace, Document document, @Nullable Document previous) {
    return switch (document.getDocumentCase()) {
      case FEATURE ->
          document.toBuilder()
              .setFeature(
                  feature(
                      namespace,
                      document.getFeature(),
                      previous == null ? Feature.getDefaultInstance() : previous.getFeature()))
              .build();
      case LAYER -> {
        Layer layer = document.getLayer();
        String previousSalt = previous == null ? "" : previous.getLayer().getSalt();
        String created = "layer:" + namespace + "/" + layer.getKey();
        yield document.toBuilder()
            .setLayer(layer.toBuilder().setSalt(salt(layer.getSalt(), previousSalt, created)))
            .build();
      }
      case HOLDOUT -> {
        Holdout holdout = document.getHoldout();
        String previousSalt = previous == null ? "" : previous.getHoldout().getSalt();
        String created = "holdout:" + namespace + "/" + holdout.getKey();
        yield document.toBuilder()
            .setHoldout(holdout.toBuilder().setSalt(salt(holdout.getSalt(), previousSalt, created)))
            .build();
      }
      case SEGMENT, METRIC, ROLLOUT, DOCUMENT_NOT_SET -> document;
    };
  }

  private static Feature feature(String namespace, Feature feature, Feature previous) {
    Map<String, Split> previousSplits = new HashMap<>();
    previous.getSplitsList().forEach(split -> previousSplits.put(split.getId(), split));
    Feature.Builder normal = feature.toBuilder();
    for (Split.Builder split : normal.getSplitsBuilderList()) {
      split(namespace, feature.getKey(), split, previousSplits.get(split.getId()));
    }
    writeRuleIds(normal);
    return normal.build();
  }

  private static void split(
      String namespace, String feature, Split.Builder split, @Nullable Split previous) {
    // A probability split has no salt of its own: every call draws anew, and apply refuses one.
    if (!split.getProbability()) {
      String created = namespace + "/" + feature + "/" + split.getId();
      split.setSalt(salt(split.getSalt(), previous == null ? "" : previous.getSalt(), created));
    }
    if (split.getBucketingValue() == Bucketing.BUCKETING_UNSPECIFIED_VALUE) {
      // A new algorithm becomes the default here; splits that exist keep theirs.
      int kept = previous == null ? 0 : previous.getBucketingValue();
      split.setBucketingValue(
          kept == Bucketing.BUCKETING_UNSPECIFIED_VALUE
              ? Bucketing.BUCKETING_XXH3_MIX64_VALUE
              : kept);
    }
  }

  private static String salt(String stated, String previous, String created) {
    if (!stated.isEmpty()) {
      return stated;
    }
    return previous.isEmpty() ? created : previous;
  }

  /**
   * Rules without an id get that of their position, or the next free one: in a document that was
   * read, edited and sent back, a rule put before "rule-1" must not take its name.
   */
  private static void writeRuleIds(Feature.Builder feature) {
    Set<String> taken = new HashSet<>();
    feature.getRulesList().forEach(rule -> taken.add(rule.getId()));
    int position = 0;
    for (Rule.Builder rule : feature.getRulesBuilderList()) {
      position++;
      if (rule.getId().isEmpty()) {
        int number = position;
        while (!taken.add("rule-" + number)) {
          number++;
        }
        rule.setId("rule-" + number);
      }
    }
  }
}
