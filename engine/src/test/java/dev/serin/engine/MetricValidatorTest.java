package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.Metric;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Every rule a metric's proto states is checked, in a namespace's metrics and in features' own. */
class MetricValidatorTest {
  private static final String LOWER = " better: BETTER_DIRECTION_LOWER ";
  private static final String EVENT = "kind: METRIC_KIND_EVENT" + LOWER;
  private static final String MEAN = "kind: METRIC_KIND_MEAN" + LOWER;
  private static final String RATIO = "kind: METRIC_KIND_RATIO" + LOWER;

  @Test
  void metrics_ofEachKind_areValid() {
    Sources sources =
        shared()
            .metric(
                "key: 'spent' description: 'd' measure: 'CNY' cap: 0.5 kind: METRIC_KIND_MEAN"
                    + " better: BETTER_DIRECTION_HIGHER missing: MISSING_MEANS_ZERO")
            .metric("key: 'bought' missing: MISSING_MEANS_ZERO " + EVENT)
            .metric("key: 'late' when { metric: 'slow' above: 0 } " + EVENT)
            .metric("key: 'unhappy' when { metric: 'spent' below: -3.5 } " + EVENT)
            .onOff(
                "f",
                "metrics { key: 'latency' measure: 'ms' cap: 9 %s }".formatted(MEAN)
                    + "metrics { key: 'hits' %s }".formatted(EVENT)
                    + "metrics { key: 'late' when { metric: 'latency' above: 8 } %s }"
                        .formatted(EVENT)
                    + "metrics { key: 'r' numerator: 'hits' denominator: 'bought' %s }"
                        .formatted(RATIO));

    assertThat(DocumentValidator.validate(sources.source(), null)).isEmpty();
  }

  @ParameterizedTest
  @CsvFileSource(resources = "metric-violations.txt", delimiter = '|', quoteCharacter = '`')
  void metric_oneFault_isNamed(String text, String expected) {
    assertThat(DocumentValidator.validate(shared().metric("key: 'm' " + text).source(), null))
        .allMatch(violation -> violation.kind() == DocumentKind.DOCUMENT_KIND_METRIC)
        .extracting(violation -> violation.field() + ": " + violation.description())
        .containsExactly(expected);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "metric-violations.txt", delimiter = '|', quoteCharacter = '`')
  void metricOfAFeature_oneFault_isNamedInItsPlace(String text, String expected) {
    Sources sources = shared().onOff("f", "metrics { key: 'm' " + text + " }");

    assertThat(DocumentValidator.validate(sources.source(), null))
        .extracting(violation -> violation.field() + ": " + violation.description())
        .containsExactly(
            "metrics[0]."
                + expected.replace(
                    "a metric of the namespace", "a metric of the feature or of the namespace"));
  }

  @Test
  void metric_withoutAnything_isToldAllThatIsMissing() {
    Sources sources = Sources.of().onOff("f", "metrics {}");

    assertThat(violations(sources))
        .extracting(Violation::field)
        .containsExactly("metrics[0].key", "metrics[0].kind", "metrics[0].better");
  }

  @Test
  void metric_ofUnknownNumbers_isRefused() {
    Metric metric =
        Metric.newBuilder()
            .setKey("m")
            .setKindValue(9)
            .setBetterValue(8)
            .setMissingValue(7)
            .build();
    Sources sources =
        Sources.of().feature(Sources.onOffFeature("f", "").toBuilder().addMetrics(metric).build());

    assertThat(violations(sources))
        .extracting(Violation::description)
        .containsExactly(
            "kind: 9 (expected: event, mean, ratio or quantile)",
            "better: 8 (expected: lower or higher)",
            "missing: 7 (expected: zero, or none)");
  }

  @Test
  void metricOfAFeature_keyTwice_isRefused() {
    Sources sources = Sources.of().onOff("f", "metrics { key: 'm' %s }".formatted(EVENT).repeat(2));

    assertThat(violations(sources))
        .extracting(Violation::description)
        .containsExactly("key: 'm' again (expected: a key of its own)");
  }

  @Test
  void metricOfAFeature_withAKeyOfTheNamespace_isOfItsKindAndMeasure() {
    Sources sources =
        shared()
            .onOff(
                "f",
                "metrics { key: 'errors' measure: 'ms' kind: METRIC_KIND_QUANTILE" + LOWER + "}");

    assertThat(violations(sources))
        .extracting(Violation::description)
        .containsExactly(
            "kind: a quantile (expected: an event, as the namespace's metric 'errors')",
            "measure: 'ms' (expected: '', as the namespace's metric 'errors')");
  }

  @Test
  void metricOfAFeature_madeOfValuesWhereTheNamespacesIsReported_isRefused() {
    String made = "when { metric: 'slow' above: 9 } " + EVENT;
    Sources sources =
        shared()
            .metric("key: 'late' " + made)
            .onOff("a", "metrics { key: 'errors' %s }".formatted(made))
            .onOff("b", "metrics { key: 'late' %s }".formatted(EVENT));

    assertThat(violations(sources))
        .extracting(Violation::description)
        .containsExactly(
            "when: set (expected: none, as the namespace's metric 'errors')",
            "when: not set (expected: set, as the namespace's metric 'late')");
  }

  /** Whoever changes the namespace's metric is told of the features that have one like it. */
  @Test
  void metric_changedToAnotherKind_isRefusedByFeaturesWithOneLikeIt() {
    Sources sources =
        shared()
            .onOff("f", "metrics { key: 'latency' measure: 'ms' %s }".formatted(MEAN))
            .onOff("unconcerned", "metrics { key: 'own' %s }".formatted(MEAN));
    SnapshotSource before = sources.source();
    SnapshotSource after =
        sources.metric("key: 'latency' measure: 'ms' kind: METRIC_KIND_QUANTILE" + LOWER).source();

    assertThat(DocumentValidator.validate(after, after.changedSince(before)))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("f metrics[0].kind", "rate denominator");
  }

  @Test
  void metric_gone_isMissedByRatiosOfTheNamespaceAndOfFeatures() {
    Sources sources =
        shared()
            .metric("key: 'users' " + EVENT)
            .metric("key: 'per-user' numerator: 'errors' denominator: 'users' " + RATIO)
            .onOff(
                "f", "metrics { key: 'r' numerator: 'users' denominator: 'errors' " + RATIO + "}")
            .onOff(
                "own",
                "metrics { key: 'users' %s }".formatted(EVENT)
                    + "metrics { key: 'r' numerator: 'users' denominator: 'errors' "
                    + RATIO
                    + "}");
    SnapshotSource before = sources.source();
    assertThat(DocumentValidator.validate(before, null)).isEmpty();

    SnapshotSource after = sources.removeMetric("users").source();

    Set<DocumentId> changed = after.changedSince(before);
    assertThat(changed).containsExactly(new DocumentId(DocumentKind.DOCUMENT_KIND_METRIC, "users"));
    assertThat(DocumentValidator.validate(after, changed))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("f metrics[0].numerator", "per-user denominator");
  }

  @Test
  void metric_goneOrOfAnotherKind_isMissedByEventsMadeOfItsValues() {
    Sources sources =
        shared()
            .metric("key: 'score' kind: METRIC_KIND_QUANTILE" + LOWER)
            .metric("key: 'late' when { metric: 'score' above: 9 } " + EVENT)
            .onOff("f", "metrics { key: 'm' when { metric: 'score' below: 9 } " + EVENT + "}");
    SnapshotSource before = sources.source();

    SnapshotSource gone = sources.removeMetric("score").source();
    assertThat(DocumentValidator.validate(gone, gone.changedSince(before)))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("f metrics[0].when.metric", "late when.metric");

    SnapshotSource changed = sources.metric("key: 'score' " + EVENT).source();
    assertThat(DocumentValidator.validate(changed, changed.changedSince(before)))
        .extracting(violation -> violation.key() + " " + violation.field())
        .containsExactly("f metrics[0].when.metric", "late when.metric");
  }

  @Test
  void metrics_aboveTheirNumber_areRefused() {
    Sources sources = Sources.of();
    for (int i = 0; i < Limits.MAX_NAMESPACE_METRICS; i++) {
      sources.metric("key: 'm" + i + "' " + EVENT);
    }
    StringBuilder own = new StringBuilder();
    for (int i = 0; i <= Limits.MAX_FEATURE_METRICS; i++) {
      own.append("metrics { key: 'own%d' %s }".formatted(i, EVENT));
    }
    SnapshotSource before = sources.source();
    assertThat(DocumentValidator.validate(before, null)).isEmpty();

    SnapshotSource after =
        sources.metric("key: 'one-more' " + EVENT).onOff("f", own.toString()).source();

    assertThat(DocumentValidator.validate(after, after.changedSince(before)))
        .extracting(violation -> violation.key() + " " + violation.description())
        .containsExactly(
            "f metrics: 33 elements (expected: at most 32)",
            "one-more key: one of 257 metrics of the namespace (expected: at most 256)");
  }

  private static Sources shared() {
    return Sources.of()
        .metric("key: 'errors' " + EVENT)
        .metric("key: 'latency' measure: 'ms' " + MEAN)
        .metric("key: 'slow' measure: 'ms' kind: METRIC_KIND_QUANTILE" + LOWER)
        .metric("key: 'rate' numerator: 'errors' denominator: 'latency' " + RATIO);
  }

  private static List<Violation> violations(Sources sources) {
    return DocumentValidator.validate(sources.source(), null);
  }
}
