package dev.serin.engine;

import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;

/** Checks the documents that features share, each by itself. */
final class SharedDocumentValidator {
  private final Report report;

  SharedDocumentValidator(Report report) {
    this.report = report;
  }

  void validate(Segment segment) {
    head(segment.getKey(), segment.getDescription());
    report.text("attribute", segment.getAttribute(), Limits.MAX_ATTRIBUTE_CHARS);
    report.count("included", segment.getIncludedCount(), Limits.MAX_SEGMENT_VALUES);
    report.count("excluded", segment.getExcludedCount(), Limits.MAX_SEGMENT_VALUES);
    new ConditionValidator(report).validate("when", segment.getWhenList());
  }

  void validate(Layer layer) {
    head(layer.getKey(), layer.getDescription());
    report.text("unit", layer.getUnit(), Limits.MAX_ATTRIBUTE_CHARS);
    report.total("total", layer.getTotal());
    report.text("salt", layer.getSalt(), Limits.MAX_SALT_CHARS);
  }

  void validate(Holdout holdout) {
    head(holdout.getKey(), holdout.getDescription());
    report.text("unit", holdout.getUnit(), Limits.MAX_ATTRIBUTE_CHARS);
    report.text("salt", holdout.getSalt(), Limits.MAX_SALT_CHARS);
    if (holdout.hasShare()) {
      report.share("share", holdout.getShare());
    } else {
      report.missing("share", "the share of units held out");
    }
  }

  private void head(String key, String description) {
    report.key("key", key, Limits.MAX_KEY_CHARS);
    report.text("description", description, Limits.MAX_DESCRIPTION_CHARS);
  }
}
