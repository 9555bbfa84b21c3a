package dev.serin.engine;

import dev.serin.v1.Bucketing;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.util.Set;

/** Checks splits by themselves and against the variants of their feature. */
final class SplitValidator {
  private final Report report;
  private final Set<String> variants;

  SplitValidator(Report report, Set<String> variants) {
    this.report = report;
    this.variants = variants;
  }

  void validate(String field, Split split) {
    report.key(field + ".id", split.getId(), Limits.MAX_ID_CHARS);
    report.text(field + ".description", split.getDescription(), Limits.MAX_DESCRIPTION_CHARS);
    report.text(field + ".unit", split.getUnit(), Limits.MAX_ATTRIBUTE_CHARS);
    report.text(field + ".salt", split.getSalt(), Limits.MAX_SALT_CHARS);
    report.total(field + ".total", split.getTotal());
    weights(field, split);
    if (split.hasCoverage()) {
      report.share(field + ".coverage", split.getCoverage());
    }
    if (split.getProbability()) {
      if (!split.getUnit().isEmpty()) {
        report.add(field + ".unit", Report.quote(split.getUnit()), "none with probability");
      }
      if (!split.getSalt().isEmpty()) {
        report.add(field + ".salt", Report.quote(split.getSalt()), "none with probability");
      }
      if (split.hasCoverage()) {
        report.add(field + ".coverage", "set", "none with probability");
      }
    }
    if (split.getBucketing() == Bucketing.UNRECOGNIZED) {
      report.add(field + ".bucketing", split.getBucketingValue(), "BUCKETING_XXH3_MIX64");
    }
  }

  private void weights(String field, Split split) {
    String weights = field + ".weights";
    if (split.getWeightsCount() == 0) {
      report.missing(weights, "at least one variant with its weight");
      return;
    }
    long total = Totals.of(split);
    long sum = 0;
    Report.Unique unique = new Report.Unique();
    for (int i = 0; i < split.getWeightsCount(); i++) {
      WeightedVariant weighted = split.getWeights(i);
      String element = weights + "[" + i + "]";
      long weight = Integer.toUnsignedLong(weighted.getWeight());
      sum += weight;
      if (weight > total) {
        report.add(element + ".weight", weight, "0 to " + total + ", the total");
      }
      if (!variants.contains(weighted.getVariant())) {
        report.add(element + ".variant", Report.quote(weighted.getVariant()), "one of " + variants);
      } else if (unique.repeats(weighted.getVariant())) {
        report.add(
            element + ".variant", Report.quote(weighted.getVariant()) + " again", "only once");
      }
    }
    if (sum != total) {
      report.add(weights, "sum " + sum, "a sum of " + total + ", the total");
    }
  }
}
