package dev.serin.engine;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Layer;
import dev.serin.v1.LayerSlot;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Segment;
import dev.serin.v1.Split;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks what the documents of a namespace say about each other. For one thread. */
final class ReferenceValidator {
  private final SnapshotSource source;
  private final Chains prerequisites;
  private final Chains segments;

  /** The features of layers that were asked for: all features of a layer ask. */
  private final Map<String, List<Feature>> featuresByLayer = new HashMap<>();

  /**
   * Makes a validator.
   *
   * @param documents the documents that it will validate
   */
  ReferenceValidator(SnapshotSource source, Set<DocumentId> documents) {
    this.source = source;
    prerequisites =
        new Chains(
            named(
                keys(documents, DocumentKind.DOCUMENT_KIND_FEATURE),
                source.features(),
                feature -> References.prerequisites(feature.document())));
    segments =
        new Chains(
            named(
                keys(documents, DocumentKind.DOCUMENT_KIND_SEGMENT),
                source.segments(),
                References::segments));
  }

  private static List<String> keys(Set<DocumentId> documents, DocumentKind kind) {
    return documents.stream().filter(id -> id.kind() == kind).map(DocumentId::key).toList();
  }

  /** Returns what some documents name, and what those name, as far as it leads. */
  private static <T> Map<String, List<String>> named(
      List<String> keys, Map<String, T> documents, Function<T, List<String>> names) {
    Map<String, List<String>> named = new HashMap<>();
    Set<String> seen = new HashSet<>(keys);
    Deque<String> open = new ArrayDeque<>(keys);
    while (!open.isEmpty()) {
      String key = open.remove();
      T document = documents.get(key);
      List<String> others = document == null ? List.of() : names.apply(document);
      if (!others.isEmpty()) {
        named.put(key, others);
        others.stream().filter(seen::add).forEach(open::add);
      }
    }
    return named;
  }

  void validate(Report report, FeatureSource feature) {
    Feature document = feature.document();
    prerequisites(report, document);
    String holdout = document.getHoldout();
    if (!holdout.isEmpty() && !source.holdouts().containsKey(holdout)) {
      report.add("holdout", Report.quote(holdout), "the key of a holdout");
    }
    if (document.hasLayer()) {
      layer(report, document);
    }
    References.segments(document, (field, key) -> segment(report, field, key));
    new MetricReferenceValidator(report, source).validate(document);
    runs(report, feature);
  }

  void validate(Report report, Segment segment) {
    References.segments(segment, (field, key) -> segment(report, field, key));
    segments.validate(report, "when", segment.getKey(), Limits.MAX_SEGMENT_DEPTH);
  }

  private void segment(Report report, String field, String key) {
    if (!source.segments().containsKey(key)) {
      report.add(field, Report.quote(key), "the key of a segment");
    }
  }

  private void prerequisites(Report report, Feature feature) {
    for (int i = 0; i < feature.getPrerequisitesCount(); i++) {
      Prerequisite prerequisite = feature.getPrerequisites(i);
      String field = "prerequisites[" + i + "]";
      FeatureSource other = source.features().get(prerequisite.getFeature());
      if (other == null) {
        if (!prerequisite.getFeature().isEmpty()) {
          report.add(
              field + ".feature",
              Report.quote(prerequisite.getFeature()),
              "the key of a feature that is not archived");
        }
        continue;
      }
      List<String> variants =
          other.document().getVariantsList().stream().map(Variant::getKey).toList();
      for (int j = 0; j < prerequisite.getVariantsCount(); j++) {
        if (!variants.contains(prerequisite.getVariants(j))) {
          report.add(
              field + ".variants[" + j + "]",
              Report.quote(prerequisite.getVariants(j)),
              "one of " + variants);
        }
      }
    }
    prerequisites.validate(
        report, "prerequisites", feature.getKey(), Limits.MAX_PREREQUISITE_DEPTH);
  }

  private void layer(Report report, Feature feature) {
    LayerSlot slot = feature.getLayer();
    Layer layer = source.layers().get(slot.getLayer());
    if (layer == null) {
      if (!slot.getLayer().isEmpty()) {
        report.add("layer.layer", Report.quote(slot.getLayer()), "the key of a layer");
      }
      return;
    }
    long until = Integer.toUnsignedLong(slot.getUntil());
    if (until > Totals.of(layer)) {
      report.add("layer.until", until, "at most " + Totals.of(layer) + ", the layer's total");
    }
    for (Feature other : featuresByLayer.computeIfAbsent(slot.getLayer(), this::ofLayer)) {
      if (!other.getKey().equals(feature.getKey()) && overlap(slot, other.getLayer())) {
        report.add(
            "layer",
            range(slot),
            "no overlap with " + range(other.getLayer()) + " of " + Report.quote(other.getKey()));
      }
    }
    String unit = Unit.name(layer.getUnit());
    for (int i = 0; i < feature.getSplitsCount(); i++) {
      Split split = feature.getSplits(i);
      String drawn = split.getProbability() ? "the call" : Report.quote(Unit.name(split.getUnit()));
      if (split.getProbability() || !Unit.name(split.getUnit()).equals(unit)) {
        report.add("splits[" + i + "].unit", drawn, Report.quote(unit) + ", the layer's unit");
      }
    }
  }

  private List<Feature> ofLayer(String layer) {
    List<Feature> features = new ArrayList<>();
    for (DocumentId id :
        source.referrers().of(new DocumentId(DocumentKind.DOCUMENT_KIND_LAYER, layer))) {
      FeatureSource feature = source.features().get(id.key());
      if (feature != null) {
        features.add(feature.document());
      }
    }
    return features;
  }

  private static boolean overlap(LayerSlot one, LayerSlot other) {
    return Integer.compareUnsigned(one.getFrom(), other.getUntil()) < 0
        && Integer.compareUnsigned(other.getFrom(), one.getUntil()) < 0;
  }

  private static String range(LayerSlot slot) {
    return "["
        + Integer.toUnsignedString(slot.getFrom())
        + ", "
        + Integer.toUnsignedString(slot.getUntil())
        + ")";
  }

  /** Run state is not written by people: a breach here is a fault of whoever decided it. */
  private static void runs(Report report, FeatureSource feature) {
    Report.Unique unique = new Report.Unique();
    for (int i = 0; i < feature.runs().size(); i++) {
      LiveRun run = feature.runs().get(i);
      String field = "runs[" + i + "].split";
      Split split = split(feature.document(), run.split());
      if (split == null) {
        report.add(field, Report.quote(run.split()), "the id of a split");
      } else if (unique.repeats(run.split())) {
        report.add(field, Report.quote(run.split()) + " again", "one run of a split");
      } else {
        moved(report, field, split, run);
      }
    }
  }

  private static @Nullable Split split(Feature feature, String id) {
    return feature.getSplitsList().stream()
        .filter(split -> split.getId().equals(id))
        .findFirst()
        .orElse(null);
  }

  /** A run moves its one treatment and its one control, which stay with their units. */
  private static void moved(Report report, String field, Split split, LiveRun run) {
    if (split.getProbability()) {
      report.add(field, Report.quote(split.getId()) + " by probability", "a split by a unit");
    }
    List<String> arms =
        split.getWeightsList().stream().map(WeightedVariant::getVariant).sorted().toList();
    if (!arms.equals(Stream.of(run.treatment(), run.control()).sorted().toList())
        || run.treatment().equals(run.control())) {
      report.add(
          field,
          Report.quote(split.getId()) + " over " + arms,
          "two variants, the run's treatment "
              + Report.quote(run.treatment())
              + " and its control "
              + Report.quote(run.control()));
    }
  }
}
