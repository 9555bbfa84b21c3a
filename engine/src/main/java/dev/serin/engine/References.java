package dev.serin.engine;

import dev.serin.v1.Condition;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Which documents name which others. */
final class References {
  private References() {}

  /** Calls back with the field and key of each segment that a feature's rules name. */
  static void segments(Feature feature, BiConsumer<String, String> found) {
    for (int i = 0; i < feature.getRulesCount(); i++) {
      segments("rules[" + i + "].when", feature.getRules(i).getWhenList(), found);
    }
  }

  /** Calls back with the field and key of each segment that a segment names. */
  static void segments(Segment segment, BiConsumer<String, String> found) {
    segments("when", segment.getWhenList(), found);
  }

  /** Returns the keys of the segments that a segment names. */
  static List<String> segments(Segment segment) {
    List<String> keys = new ArrayList<>();
    segmentKeys(segment.getWhenList(), keys::add);
    return keys;
  }

  /** Calls back with the keys alone. */
  private static void segmentKeys(List<Condition> conditions, Consumer<String> found) {
    for (Condition condition : conditions) {
      if (!condition.getSegment().isEmpty()) {
        found.accept(condition.getSegment());
      }
      segmentKeys(condition.getAllList(), found);
      segmentKeys(condition.getAnyList(), found);
      if (condition.hasNot()) {
        segmentKeys(List.of(condition.getNot()), found);
      }
    }
  }

  /** Returns the keys of the features that must answer before a feature does. */
  static List<String> prerequisites(Feature feature) {
    return feature.getPrerequisitesList().stream().map(Prerequisite::getFeature).toList();
  }

  private static void segments(
      String field, List<Condition> conditions, BiConsumer<String, String> found) {
    for (int i = 0; i < conditions.size(); i++) {
      segments(field + "[" + i + "]", conditions.get(i), found);
    }
  }

  private static void segments(
      String field, Condition condition, BiConsumer<String, String> found) {
    if (!condition.getSegment().isEmpty()) {
      found.accept(field + ".segment", condition.getSegment());
    }
    segments(field + ".all", condition.getAllList(), found);
    segments(field + ".any", condition.getAnyList(), found);
    if (condition.hasNot()) {
      segments(field + ".not", condition.getNot(), found);
    }
  }

  /** Returns the documents that a feature names. */
  static Set<DocumentId> of(Feature feature) {
    Set<DocumentId> named = new HashSet<>();
    for (Prerequisite prerequisite : feature.getPrerequisitesList()) {
      named.add(new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, prerequisite.getFeature()));
    }
    if (!feature.getHoldout().isEmpty()) {
      named.add(new DocumentId(DocumentKind.DOCUMENT_KIND_HOLDOUT, feature.getHoldout()));
    }
    if (feature.hasLayer()) {
      named.add(new DocumentId(DocumentKind.DOCUMENT_KIND_LAYER, feature.getLayer().getLayer()));
    }
    for (Rule rule : feature.getRulesList()) {
      segmentKeys(rule.getWhenList(), key -> named.add(segment(key)));
    }
    for (Metric metric : feature.getMetricsList()) {
      // A metric of the namespace with its key has a say in it, if there is one.
      named.add(metric(metric.getKey()));
      named.addAll(of(metric));
    }
    return named;
  }

  /** Returns the documents that a segment names. */
  static Set<DocumentId> of(Segment segment) {
    Set<DocumentId> named = new HashSet<>();
    segmentKeys(segment.getWhenList(), key -> named.add(segment(key)));
    return named;
  }

  /** Returns the metrics that a metric names, of the namespace or of its feature. */
  static Set<DocumentId> of(Metric metric) {
    Set<DocumentId> named = new HashSet<>();
    for (String part :
        List.of(metric.getNumerator(), metric.getDenominator(), metric.getWhen().getMetric())) {
      if (!part.isEmpty()) {
        named.add(metric(part));
      }
    }
    return named;
  }

  private static DocumentId metric(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_METRIC, key);
  }

  private static DocumentId segment(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, key);
  }
}
