package dev.serin.engine;

import com.google.protobuf.Timestamp;
import dev.serin.v1.Feature;
import dev.serin.v1.LayerSlot;
import dev.serin.v1.Metric;
import dev.serin.v1.Override;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Schedule;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Checks a feature by itself: everything that other documents have no say in. */
final class FeatureValidator {
  private static final Comparator<Timestamp> BY_TIME =
      Comparator.comparingLong(Timestamp::getSeconds).thenComparingInt(Timestamp::getNanos);

  private final Report report;
  private final Feature feature;
  private final Set<String> variants = new LinkedHashSet<>();
  private final Set<String> splits = new LinkedHashSet<>();

  FeatureValidator(Report report, Feature feature) {
    this.report = report;
    this.feature = feature;
    feature.getVariantsList().forEach(variant -> variants.add(variant.getKey()));
    feature.getSplitsList().forEach(split -> splits.add(split.getId()));
  }

  void validate() {
    report.key("key", feature.getKey(), Limits.MAX_KEY_CHARS);
    report.text("description", feature.getDescription(), Limits.MAX_DESCRIPTION_CHARS);
    report.text("owner", feature.getOwner(), Limits.MAX_OWNER_CHARS);
    tags();
    variants();
    new ValueValidator(report).validate(feature);
    if (!feature.getOffVariant().isEmpty()) {
      variant("off_variant", feature.getOffVariant());
    }
    variant("default_variant", feature.getDefaultVariant());
    schedule(feature.getSchedule());
    overrides();
    prerequisites();
    layer(feature.getLayer());
    splits();
    rules();
    if (feature.hasDefaultRule()) {
      serve("default_rule", feature.getDefaultRule());
    }
    metrics();
  }

  private void tags() {
    report.count("tags", feature.getTagsCount(), Limits.MAX_TAGS);
    for (int i = 0; i < feature.getTagsCount(); i++) {
      report.text("tags[" + i + "]", feature.getTags(i), Limits.MAX_TAG_CHARS);
    }
  }

  private void variants() {
    if (feature.getVariantsCount() == 0) {
      report.missing("variants", "at least one");
    }
    report.count("variants", feature.getVariantsCount(), Limits.MAX_VARIANTS);
    Report.Unique unique = new Report.Unique();
    for (int i = 0; i < feature.getVariantsCount(); i++) {
      Variant variant = feature.getVariants(i);
      String field = "variants[" + i + "]";
      report.key(field + ".key", variant.getKey(), Limits.MAX_ID_CHARS);
      report.text(field + ".description", variant.getDescription(), Limits.MAX_DESCRIPTION_CHARS);
      if (unique.repeats(variant.getKey())) {
        report.add(field + ".key", Report.quote(variant.getKey()) + " again", "a key of its own");
      }
    }
  }

  private void variant(String field, String key) {
    if (!variants.contains(key)) {
      report.add(field, key.isEmpty() ? "not set" : Report.quote(key), "one of " + variants);
    }
  }

  private void schedule(Schedule schedule) {
    report.timestamp("schedule.from", schedule.getFrom());
    report.timestamp("schedule.until", schedule.getUntil());
    if (schedule.hasFrom()
        && schedule.hasUntil()
        && BY_TIME.compare(schedule.getFrom(), schedule.getUntil()) >= 0) {
      report.add("schedule.until", "not after from", "a moment later than from");
    }
  }

  private void overrides() {
    report.count("overrides", feature.getOverridesCount(), Limits.MAX_OVERRIDES);
    Report.Unique users = new Report.Unique();
    int keys = 0;
    for (int i = 0; i < feature.getOverridesCount(); i++) {
      Override override = feature.getOverrides(i);
      String field = "overrides[" + i + "]";
      variant(field + ".variant", override.getVariant());
      if (override.getUserKeysCount() == 0) {
        report.missing(field + ".user_keys", "at least one");
      }
      keys += override.getUserKeysCount();
      for (int j = 0; j < override.getUserKeysCount(); j++) {
        String key = override.getUserKeys(j);
        if (key.isEmpty()) {
          report.add(field + ".user_keys[" + j + "]", "''", "a user key");
        } else if (users.repeats(key)) {
          report.add(
              field + ".user_keys[" + j + "]",
              Report.quote(key) + " again",
              "a user in one place only");
        }
      }
    }
    if (keys > Limits.MAX_OVERRIDE_KEYS) {
      report.add(
          "overrides", keys + " user keys", "at most " + Limits.MAX_OVERRIDE_KEYS + " together");
    }
  }

  private void prerequisites() {
    report.count("prerequisites", feature.getPrerequisitesCount(), Limits.MAX_PREREQUISITES);
    for (int i = 0; i < feature.getPrerequisitesCount(); i++) {
      Prerequisite prerequisite = feature.getPrerequisites(i);
      String field = "prerequisites[" + i + "]";
      if (prerequisite.getFeature().isEmpty()) {
        report.missing(field + ".feature", "the key of another feature");
      }
      if (prerequisite.getVariantsCount() == 0) {
        report.missing(field + ".variants", "at least one");
      }
    }
  }

  private void layer(LayerSlot slot) {
    if (!feature.hasLayer()) {
      return;
    }
    if (slot.getLayer().isEmpty()) {
      report.missing("layer.layer", "the key of a layer");
    }
    if (Integer.compareUnsigned(slot.getFrom(), slot.getUntil()) >= 0) {
      report.add(
          "layer.until",
          Integer.toUnsignedString(slot.getUntil()),
          "above " + Integer.toUnsignedString(slot.getFrom()) + ", the from");
    }
  }

  private void splits() {
    report.count("splits", feature.getSplitsCount(), Limits.MAX_SPLITS);
    Report.Unique unique = new Report.Unique();
    SplitValidator validator = new SplitValidator(report, variants);
    for (int i = 0; i < feature.getSplitsCount(); i++) {
      Split split = feature.getSplits(i);
      validator.validate("splits[" + i + "]", split);
      if (unique.repeats(split.getId())) {
        report.add(
            "splits[" + i + "].id", Report.quote(split.getId()) + " again", "an id of its own");
      }
    }
  }

  private void rules() {
    report.count("rules", feature.getRulesCount(), Limits.MAX_RULES);
    Report.Unique unique = new Report.Unique();
    ConditionValidator conditions = new ConditionValidator(report);
    List<Rule> rules = feature.getRulesList();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String field = "rules[" + i + "]";
      String id = FeatureCompiler.ruleId(rule, i);
      report.text(field + ".id", id, Limits.MAX_ID_CHARS);
      report.text(field + ".description", rule.getDescription(), Limits.MAX_DESCRIPTION_CHARS);
      if (unique.repeats(id)) {
        report.add(field + ".id", Report.quote(id) + " again", "an id of its own");
      }
      conditions.validate(field + ".when", rule.getWhenList());
      serve(field + ".serve", rule.getServe());
    }
  }

  private void metrics() {
    report.count("metrics", feature.getMetricsCount(), Limits.MAX_FEATURE_METRICS);
    Report.Unique unique = new Report.Unique();
    MetricValidator validator = new MetricValidator(report);
    for (int i = 0; i < feature.getMetricsCount(); i++) {
      Metric metric = feature.getMetrics(i);
      String field = "metrics[" + i + "].";
      validator.validate(field, metric);
      if (unique.repeats(metric.getKey())) {
        report.add(field + "key", Report.quote(metric.getKey()) + " again", "a key of its own");
      }
    }
  }

  private void serve(String field, Serve serve) {
    switch (serve.getServeCase()) {
      case VARIANT -> variant(field + ".variant", serve.getVariant());
      case SPLIT -> {
        if (!splits.contains(serve.getSplit())) {
          report.add(field + ".split", Report.quote(serve.getSplit()), "one of " + splits);
        }
      }
      case SERVE_NOT_SET -> report.missing(field, "a variant or a split");
    }
  }
}
