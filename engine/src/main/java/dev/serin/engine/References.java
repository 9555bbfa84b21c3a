package dev.serin.engine;

import dev.serin.v1.Condition;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /** Calls back with the keys alone: at every change all conditions of a namespace come by. */
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

  /** Returns some documents and all that name them, directly or through others. */
  static Set<DocumentId> withReferrers(SnapshotSource source, Set<DocumentId> documents) {
    Map<DocumentId, List<DocumentId>> referrers = referrers(source);
    Set<DocumentId> found = new LinkedHashSet<>(documents);
    Deque<DocumentId> open = new ArrayDeque<>(documents);
    while (!open.isEmpty()) {
      for (DocumentId referrer : referrers.getOrDefault(open.remove(), List.of())) {
        if (found.add(referrer)) {
          open.add(referrer);
        }
      }
    }
    return found;
  }

  private static Map<DocumentId, List<DocumentId>> referrers(SnapshotSource source) {
    Map<DocumentId, List<DocumentId>> referrers = new HashMap<>();
    source
        .features()
        .forEach(
            (key, feature) -> {
              DocumentId id = new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, key);
              Feature document = feature.document();
              for (String other : prerequisites(document)) {
                add(referrers, DocumentKind.DOCUMENT_KIND_FEATURE, other, id);
              }
              if (!document.getHoldout().isEmpty()) {
                add(referrers, DocumentKind.DOCUMENT_KIND_HOLDOUT, document.getHoldout(), id);
              }
              if (document.hasLayer()) {
                String layer = document.getLayer().getLayer();
                add(referrers, DocumentKind.DOCUMENT_KIND_LAYER, layer, id);
              }
              for (Rule rule : document.getRulesList()) {
                segmentKeys(
                    rule.getWhenList(),
                    segment -> add(referrers, DocumentKind.DOCUMENT_KIND_SEGMENT, segment, id));
              }
            });
    source
        .segments()
        .forEach(
            (key, segment) -> {
              DocumentId id = new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, key);
              for (String other : segments(segment)) {
                add(referrers, DocumentKind.DOCUMENT_KIND_SEGMENT, other, id);
              }
            });
    return referrers;
  }

  private static void add(
      Map<DocumentId, List<DocumentId>> referrers, DocumentKind kind, String key, DocumentId by) {
    referrers.computeIfAbsent(new DocumentId(kind, key), id -> new ArrayList<>()).add(by);
  }
}
