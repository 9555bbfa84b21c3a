package dev.serin.engine;

import dev.serin.v1.BetterDirection;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A namespace in which everything there is to evaluate is used: features with gates, rules, splits
 * and runs, segments, layers, holdouts and metrics that refer to each other. Always valid; the same
 * for the same seed.
 */
final class RandomNamespace {
  static final String NAME = "random";

  private static final int FEATURES = 12;
  private static final int SEGMENTS = 5;
  private static final int SHARED = 3;
  private static final int METRICS = 4;

  /** Features name features of the next level only: chains stay shorter than their limit. */
  private static final int LEVELS = 4;

  private final Random random;
  private final Vocabulary words;
  private Map<String, FeatureSource> features = new TreeMap<>();
  private Map<String, Segment> segments = new TreeMap<>();
  private Map<String, Layer> layers = new TreeMap<>();
  private Map<String, Holdout> holdouts = new TreeMap<>();
  private Map<String, MetricSource> metrics = new TreeMap<>();
  private long revision = 1;

  /** The last source that was built upon; null: none. */
  private @Nullable SnapshotSource earlier;

  RandomNamespace(long seed) {
    random = new Random(seed);
    words = new Vocabulary(random);
    for (int i = 0; i < SHARED; i++) {
      putLayer(i);
      putHoldout(i);
    }
    for (int i = 0; i < METRICS; i++) {
      putMetric(i);
    }
    for (int i = SEGMENTS - 1; i >= 0; i--) {
      putSegment(i);
    }
    for (int i = FEATURES - 1; i >= 0; i--) {
      putFeature(i);
    }
  }

  /** All keys that features have at one time or another, in their order. */
  static List<String> featureKeys() {
    return IntStream.range(0, FEATURES).mapToObj(i -> "feature-" + i).sorted().toList();
  }

  /** The documents as they are, with all that can be taken over from before the last edit. */
  SnapshotSource source() {
    return earlier == null
        ? new SnapshotSource(NAME, revision, features, segments, layers, holdouts, metrics)
        : earlier.next(revision, features, segments, layers, holdouts, metrics);
  }

  /**
   * Adds, changes or removes a document, or changes the run state of a feature, and takes the next
   * revision. Tries until what comes out is valid.
   */
  void edit() {
    SnapshotSource before = source();
    earlier = before;
    revision++;
    do {
      begin(before);
      change();
    } while (!DocumentValidator.validate(source(), null).isEmpty());
  }

  /** What an edit that need not be valid would make of the documents, which stay as they are. */
  SnapshotSource tried() {
    SnapshotSource before = source();
    begin(before);
    change();
    SnapshotSource after = before.next(revision + 1, features, segments, layers, holdouts, metrics);
    begin(before);
    return after;
  }

  private void begin(SnapshotSource before) {
    features = new TreeMap<>(before.features());
    segments = new TreeMap<>(before.segments());
    layers = new TreeMap<>(before.layers());
    holdouts = new TreeMap<>(before.holdouts());
    metrics = new TreeMap<>(before.metrics());
  }

  private void change() {
    switch (random.nextInt(12)) {
      case 0 -> putLayer(random.nextInt(SHARED));
      case 1 -> putHoldout(random.nextInt(SHARED));
      case 2, 3 -> putSegment(random.nextInt(SEGMENTS));
      case 4 -> remove();
      case 5 -> turnOff(words.pick(new ArrayList<>(features.values())));
      case 6, 7 -> putMetric(random.nextInt(METRICS));
      default -> putFeature(random.nextInt(FEATURES));
    }
  }

  private void remove() {
    DocumentKind kind =
        words.pick(
            List.of(
                DocumentKind.DOCUMENT_KIND_FEATURE,
                DocumentKind.DOCUMENT_KIND_SEGMENT,
                DocumentKind.DOCUMENT_KIND_LAYER,
                DocumentKind.DOCUMENT_KIND_HOLDOUT,
                DocumentKind.DOCUMENT_KIND_METRIC));
    switch (kind) {
      case DOCUMENT_KIND_FEATURE -> features.remove("feature-" + random.nextInt(FEATURES));
      case DOCUMENT_KIND_SEGMENT -> segments.remove("segment-" + random.nextInt(SEGMENTS));
      case DOCUMENT_KIND_LAYER -> layers.remove("layer-" + random.nextInt(SHARED));
      case DOCUMENT_KIND_METRIC -> metrics.remove("metric-" + random.nextInt(METRICS));
      default -> holdouts.remove("holdout-" + random.nextInt(SHARED));
    }
  }

  /** Turns the kill switch, and ends the runs. */
  private void turnOff(FeatureSource feature) {
    features.put(
        feature.document().getKey(),
        new FeatureSource(
            feature.document(), revision, !feature.killed(), List.of(), feature.periods()));
  }

  private void putFeature(int number) {
    List<Feature> others = new ArrayList<>();
    for (int i = number + 1; i < FEATURES; i++) {
      FeatureSource other = features.get("feature-" + i);
      if (other != null && i % LEVELS == number % LEVELS + 1) {
        others.add(other.document());
      }
    }
    RandomFeature feature =
        new RandomFeature(random, "feature-" + number)
            .withPrerequisites(others)
            .withHoldout(new ArrayList<>(holdouts.keySet()))
            .withLayer(new ArrayList<>(layers.values()), number, FEATURES);
    features.put(
        "feature-" + number,
        measured(feature.withRules(new ArrayList<>(segments.keySet()), revision)));
  }

  /** Some features have metrics of their own: one like the namespace's, and a ratio. */
  private FeatureSource measured(FeatureSource feature) {
    if (!words.oneIn(3)) {
      return feature;
    }
    return new FeatureSource(
        feature.document().toBuilder()
            .addMetrics(measured("metric-" + random.nextInt(METRICS - 1)))
            .addMetrics(ratio("own-ratio"))
            .build(),
        feature.revision(),
        feature.killed(),
        feature.runs(),
        feature.periods());
  }

  /** The last metric is a ratio of two others, those are events or, rarely, means. */
  private void putMetric(int number) {
    String key = "metric-" + number;
    Metric metric = number == METRICS - 1 ? ratio(key) : measured(key);
    metrics.put(key, new MetricSource(metric, revision));
  }

  private Metric measured(String key) {
    Metric.Builder metric = metric(key).setKind(MetricKind.METRIC_KIND_EVENT);
    if (revision > 1 && words.oneIn(6)) {
      metric.setKind(MetricKind.METRIC_KIND_MEAN).setCap(1 + random.nextInt(100));
    }
    return metric.build();
  }

  private Metric ratio(String key) {
    int numerator = random.nextInt(METRICS - 1);
    return metric(key)
        .setKind(MetricKind.METRIC_KIND_RATIO)
        .setNumerator("metric-" + numerator)
        .setDenominator("metric-" + (numerator + 1) % (METRICS - 1))
        .build();
  }

  private Metric.Builder metric(String key) {
    return Metric.newBuilder()
        .setKey(key)
        .setBetter(
            words.oneIn(2)
                ? BetterDirection.BETTER_DIRECTION_LOWER
                : BetterDirection.BETTER_DIRECTION_HIGHER);
  }

  private void putSegment(int number) {
    List<String> others = new ArrayList<>();
    for (int i = number + 1; i < SEGMENTS; i++) {
      if (segments.containsKey("segment-" + i)) {
        others.add("segment-" + i);
      }
    }
    Segment.Builder segment = Segment.newBuilder().setKey("segment-" + number);
    String attribute = words.oneIn(2) ? "" : words.attribute();
    segment.setAttribute(attribute);
    for (int n = random.nextInt(6); n > 0; n--) {
      segment.addIncluded(words.text(attribute.isEmpty() ? "user_key" : attribute));
    }
    for (int n = random.nextInt(3); n > 0; n--) {
      segment.addExcluded(words.text(attribute.isEmpty() ? "user_key" : attribute));
    }
    if (words.oneIn(6)) {
      segment.addAllIncluded(Vocabulary.many());
    }
    segment.addAllWhen(new RandomConditions(random).list(others));
    segments.put(segment.getKey(), segment.build());
  }

  private void putLayer(int number) {
    Layer.Builder layer = Layer.newBuilder().setKey("layer-" + number);
    layer.setTotal(words.pick(List.of(0, 1, 100, 997, 1_000_000_000)));
    layer.setUnit(words.pick(List.of("", "user_key", "account")));
    if (words.oneIn(3)) {
      layer.setSalt("a salt of its own");
    }
    layers.put(layer.getKey(), layer.build());
  }

  private void putHoldout(int number) {
    Holdout.Builder holdout = Holdout.newBuilder().setKey("holdout-" + number);
    holdout.setShare(RandomFeature.share(random));
    holdout.setUnit(words.pick(List.of("", "", "account")));
    if (words.oneIn(3)) {
      holdout.setSalt("another salt");
    }
    holdouts.put(holdout.getKey(), holdout.build());
  }
}
