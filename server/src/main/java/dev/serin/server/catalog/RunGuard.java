package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.Condition;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps documents as they are while an active run depends on them: who gets to its split, what its
 * variants are, and how its metrics are counted must be the same from its first day to its last.
 * Pure.
 *
 * <p>Of the run's own feature only what leads to the split is kept; whatever a document names on
 * the way there (segments, features that must answer before, the layer, the holdout) is kept whole.
 * Of a metric, and of those that it is made of, only the definition is kept that values are counted
 * by: under another one they would be counted apart, and a run that sees no more of them would take
 * silence for health. Nothing that a person says in an emergency is refused here: the kill switch
 * is no document.
 */
final class RunGuard {
  private RunGuard() {}

  /**
   * Throws {@code ROLLOUT_ACTIVE} where an active run depends on what is about to change.
   *
   * <p>The change is committed only if the namespace still has the revision of {@code before}, and
   * a run that starts takes one: so it makes the caller decide again.
   */
  static void check(NamespaceState before, NamespaceState after, Set<DocumentId> changed) {
    for (ServedRun run : before.activeRuns()) {
      DocumentId own = DocumentIds.feature(run.feature());
      if (changed.contains(own)
          && !kept(feature(before, own), run.split())
              .equals(kept(feature(after, own), run.split()))) {
        throw ApiErrors.rolloutActive(DocumentIds.shown(own), run.run());
      }
      for (DocumentId named : named(before, run)) {
        if (changed.contains(named)) {
          throw ApiErrors.rolloutActive(DocumentIds.shown(named), run.run());
        }
      }
      checkMetrics(before, after, run);
    }
  }

  /** What a run judges was counted by one definition before, and would be by another one after. */
  private static void checkMetrics(NamespaceState before, NamespaceState after, ServedRun run) {
    for (String key : withParts(before, run)) {
      Optional<Metric> ownBefore = ownMetric(before, run.feature(), key);
      Optional<Metric> ownAfter = ownMetric(after, run.feature(), key);
      Optional<Integer> countedBefore = fingerprint(before, ownBefore, key);
      if (!countedBefore.equals(fingerprint(after, ownAfter, key))) {
        DocumentId changed =
            ownBefore.isPresent() || ownAfter.isPresent()
                ? DocumentIds.feature(run.feature())
                : metricId(key);
        throw ApiErrors.rolloutActive(DocumentIds.shown(changed), run.run());
      }
    }
  }

  /** The metrics of a run, those whose values they are made of, and so on. */
  private static Set<String> withParts(NamespaceState state, ServedRun run) {
    Set<String> keys = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(run.metrics());
    while (!open.isEmpty()) {
      String key = open.remove();
      if (keys.add(key)) {
        ownMetric(state, run.feature(), key)
            .or(() -> sharedMetric(state, key))
            .ifPresent(metric -> open.addAll(parts(metric)));
      }
    }
    return keys;
  }

  private static List<String> parts(Metric metric) {
    return Stream.of(metric.getNumerator(), metric.getDenominator(), metric.getWhen().getMetric())
        .filter(key -> !key.isEmpty())
        .toList();
  }

  /** What a feature counts by: its own metric of a key before the namespace's. */
  private static Optional<Integer> fingerprint(
      NamespaceState state, Optional<Metric> own, String key) {
    return own.or(() -> sharedMetric(state, key)).map(MetricFingerprint::of);
  }

  private static Optional<Metric> ownMetric(NamespaceState state, String feature, String key) {
    return Optional.ofNullable(feature(state, DocumentIds.feature(feature))).stream()
        .flatMap(document -> document.getMetricsList().stream())
        .filter(metric -> metric.getKey().equals(key))
        .findFirst();
  }

  private static Optional<Metric> sharedMetric(NamespaceState state, String key) {
    return Optional.ofNullable(state.documents().get(metricId(key)))
        .filter(stored -> !stored.archived())
        .map(stored -> stored.document().getMetric());
  }

  private static DocumentId metricId(String key) {
    return new DocumentId(DocumentKind.DOCUMENT_KIND_METRIC, key);
  }

  /** A feature's document where people are served it. */
  private static @Nullable Feature feature(NamespaceState state, DocumentId id) {
    StoredVersion stored = state.documents().get(id);
    return stored == null || stored.archived() ? null : stored.document().getFeature();
  }

  /** A feature without whatever does not lead to a split; nothing of one that is not served. */
  private static Feature kept(@Nullable Feature feature, String split) {
    if (feature == null) {
      return Feature.getDefaultInstance();
    }
    Feature.Builder kept =
        feature.toBuilder()
            .clearDescription()
            .clearOwner()
            .clearTags()
            .clearMetrics()
            .clearOverrides()
            .clearSplits()
            .clearVariants()
            .clearRules();
    Set<String> variants = new HashSet<>();
    for (Split candidate : feature.getSplitsList()) {
      if (candidate.getId().equals(split)) {
        kept.addSplits(candidate.toBuilder().clearDescription());
        candidate.getWeightsList().forEach(weighted -> variants.add(weighted.getVariant()));
      }
    }
    feature.getVariantsList().stream()
        .filter(variant -> variants.contains(variant.getKey()))
        .sorted(Comparator.comparing(Variant::getKey))
        .forEach(variant -> kept.addVariants(variant.toBuilder().clearDescription()));
    rulesTo(feature, split).forEach(rule -> kept.addRules(rule.toBuilder().clearDescription()));
    if (!serves(feature.getDefaultRule(), split)) {
      kept.clearDefaultRule();
    }
    return kept.build();
  }

  /** The rules that are tried until the split can be reached no more. */
  private static List<Rule> rulesTo(Feature feature, String split) {
    int count = 0;
    if (serves(feature.getDefaultRule(), split)) {
      count = feature.getRulesCount();
    } else {
      for (int i = 0; i < feature.getRulesCount(); i++) {
        if (serves(feature.getRules(i).getServe(), split)) {
          count = i + 1;
        }
      }
    }
    return feature.getRulesList().subList(0, count);
  }

  private static boolean serves(Serve serve, String split) {
    return serve.getServeCase() == Serve.ServeCase.SPLIT && serve.getSplit().equals(split);
  }

  /** The documents that are named on the way to a run's split, as far as it leads. */
  private static Set<DocumentId> named(NamespaceState state, ServedRun run) {
    Set<DocumentId> named = new HashSet<>();
    Deque<DocumentId> open = new ArrayDeque<>();
    Consumer<DocumentId> found =
        id -> {
          if (named.add(id)) {
            open.add(id);
          }
        };
    Feature own = feature(state, DocumentIds.feature(run.feature()));
    if (own != null) {
      addNamed(own, rulesTo(own, run.split()), found);
    }
    while (!open.isEmpty()) {
      StoredVersion stored = state.documents().get(open.remove());
      if (stored != null && stored.document().hasFeature()) {
        Feature other = stored.document().getFeature();
        addNamed(other, other.getRulesList(), found);
      } else if (stored != null && stored.document().hasSegment()) {
        Segment segment = stored.document().getSegment();
        addSegments(segment.getWhenList(), found);
      }
    }
    return named;
  }

  private static void addNamed(Feature feature, List<Rule> rules, Consumer<DocumentId> found) {
    for (Prerequisite prerequisite : feature.getPrerequisitesList()) {
      found.accept(DocumentIds.feature(prerequisite.getFeature()));
    }
    if (!feature.getHoldout().isEmpty()) {
      found.accept(new DocumentId(DocumentKind.DOCUMENT_KIND_HOLDOUT, feature.getHoldout()));
    }
    if (feature.hasLayer()) {
      found.accept(new DocumentId(DocumentKind.DOCUMENT_KIND_LAYER, feature.getLayer().getLayer()));
    }
    rules.forEach(rule -> addSegments(rule.getWhenList(), found));
  }

  private static void addSegments(List<Condition> conditions, Consumer<DocumentId> found) {
    for (Condition condition : conditions) {
      if (!condition.getSegment().isEmpty()) {
        found.accept(new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, condition.getSegment()));
      }
      addSegments(condition.getAllList(), found);
      addSegments(condition.getAnyList(), found);
      if (condition.hasNot()) {
        addSegments(List.of(condition.getNot()), found);
      }
    }
  }
}
