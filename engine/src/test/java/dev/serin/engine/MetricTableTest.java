package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever counts outcomes finds a metric by feature and key. */
class MetricTableTest {
  private static final String LOWER = " better: BETTER_DIRECTION_LOWER ";
  private static final String MEAN = " kind: METRIC_KIND_MEAN" + LOWER;

  @Test
  void find_metricOfTheFeature_comesBeforeTheNamespaces() {
    Snapshot snapshot =
        Sources.of()
            .revision(4)
            .metric("key: 'latency' cap: 100" + MEAN)
            .metric("key: 'spent' " + MEAN)
            .revision(7)
            .onOff("own", "metrics { key: 'latency' cap: 5 %s }".formatted(MEAN))
            .onOff("plain", "")
            .snapshot();

    FeatureMetrics own = snapshot.metrics().of("own");
    assertThat(found(own, "latency").cap()).isEqualTo(5);
    assertThat(found(own, "latency").revision()).isEqualTo(7);
    assertThat(found(own, "spent").cap()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(own.all()).extracting(CompiledMetric::key).containsExactly("latency", "spent");
    FeatureMetrics plain = snapshot.metrics().of("plain");
    assertThat(found(plain, "latency").cap()).isEqualTo(100);
    assertThat(found(plain, "latency").revision()).isEqualTo(4);
    assertThat(plain.find("other")).isNull();
    assertThat(plain.find("other".getBytes(StandardCharsets.UTF_8), 0, 5)).isNull();
    assertThat(snapshot.metrics().of("not there").all()).isEqualTo(plain.all());
  }

  @Test
  void compile_changedMetricOfTheNamespace_compilesNoFeatureAnew() {
    Sources sources =
        Sources.of()
            .metric("key: 'latency' cap: 100" + MEAN)
            .onOff("a", "metrics { key: 'latency' %s }".formatted(MEAN))
            .onOff("b", "");
    Snapshot before = sources.snapshot();

    Snapshot after =
        SnapshotCompiler.compile(
            sources.revision(2).metric("key: 'latency' cap: 200" + MEAN).source(), before);

    assertThat(differences(before, after)).isEmpty();
    assertThat(found(before.metrics().of("b"), "latency").cap()).isEqualTo(100);
    assertThat(found(after.metrics().of("b"), "latency").cap()).isEqualTo(200);
    assertThat(found(after.metrics().of("b"), "latency").revision()).isEqualTo(2);
  }

  @Test
  void compile_changedMetricOfAFeature_compilesThisFeatureOnly() {
    Sources sources =
        Sources.of()
            .onOff("a", "metrics { key: 'latency' %s }".formatted(MEAN))
            .onOff("b", "metrics { key: 'latency' %s }".formatted(MEAN));
    Snapshot before = sources.snapshot();

    Snapshot after = SnapshotCompiler.compile(sources.revision(2).onOff("a", "").source(), before);

    assertThat(differences(before, after)).containsExactly("a");
    assertThat(after.metrics().of("a").find("latency")).isNull();
    assertThat(found(after.metrics().of("b"), "latency").revision()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "EVENT, '', 0, true",
    "EVENT, '', 1, true",
    "EVENT, '', 2, false",
    "EVENT, '', 0.5, false",
    "EVENT, '', NaN, false",
    "MEAN, '', -3.5, true",
    "MEAN, CNY, -1e12, true",
    "MEAN, CNY, -1.000000000001e12, false",
    "MEAN, CNY, 1e12, true",
    "MEAN, CNY, 1.000000000001e12, false",
    "MEAN, '', NaN, false",
    "MEAN, '', Infinity, false",
    "MEAN, '', -Infinity, false",
    "MEAN, ns, 0, true",
    "MEAN, ns, -1e-9, false",
    "MEAN, us, -1, false",
    "MEAN, ms, -1, false",
    "MEAN, s, -1, false",
    "MEAN, min, -1, false",
    "MEAN, h, -1, false",
    "MEAN, d, -1, false",
    "MEAN, MS, -1, true",
    "QUANTILE, '', 0, true",
    "QUANTILE, '', 1e12, true",
    "QUANTILE, '', 1e300, false",
    "QUANTILE, '', -1e-9, false",
    "QUANTILE, '', Infinity, false",
    "QUANTILE, '', NaN, false",
    "RATIO, '', 1, false",
    "RATIO, '', 0, false"
  })
  void accepts_value_isWhatKindAndMeasureTake(
      String kind, String measure, double value, boolean accepted) {
    CompiledMetric metric = metric("kind: METRIC_KIND_%s measure: '%s'".formatted(kind, measure));

    assertThat(metric.accepts(value)).isEqualTo(accepted);
  }

  @Test
  void counted_aboveTheCap_isTheCap() {
    CompiledMetric capped = metric("cap: 10" + MEAN);

    assertThat(capped.counted(10.5)).isEqualTo(10);
    assertThat(capped.counted(9.5)).isEqualTo(9.5);
    assertThat(capped.counted(-1e9)).isEqualTo(-1e9);
    assertThat(metric(MEAN).counted(Double.MAX_VALUE)).isEqualTo(Double.MAX_VALUE);
  }

  /** Values of Python's xxhash over the bytes that {@link CompiledMetric} lists. */
  @Test
  void fingerprint_ofKnownDefinitions_isGolden() {
    assertThat(metric("measure: 'CNY' cap: 2500 missing: MISSING_MEANS_ZERO" + MEAN).fingerprint())
        .isEqualTo(0x718bc825);
    assertThat(
            metric("kind: METRIC_KIND_RATIO numerator: 'errors' denominator: 'requests'")
                .fingerprint())
        .isEqualTo(0xfe8ae925);
    assertThat(metric("kind: METRIC_KIND_EVENT").fingerprint()).isEqualTo(0x048ea79d);
    assertThat(
            metric("kind: METRIC_KIND_EVENT when { metric: 'latency' above: 800 }").fingerprint())
        .isEqualTo(0x5bf056fd);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key: 'n'", "description: 'other'", "better: BETTER_DIRECTION_HIGHER"})
  void fingerprint_whatDecidesNoCount_leavesItAlone(String difference) {
    Metric metric = proto("description: 'a' measure: 'ms' cap: 1" + MEAN);

    assertThat(fingerprint(metric, difference, 9))
        .isEqualTo(CompiledMetric.of(metric, 1).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: METRIC_KIND_QUANTILE",
        "measure: 's'",
        "cap: 2",
        "missing: MISSING_MEANS_ZERO",
        "numerator: 'n'",
        "denominator: 'n'",
        "when { metric: 'm' above: 1 }",
      })
  void fingerprint_whatDecidesHowItIsCounted_changesIt(String difference) {
    Metric metric = proto("measure: 'ms' cap: 1" + MEAN);

    assertThat(fingerprint(metric, difference, 1))
        .isNotEqualTo(CompiledMetric.of(metric, 1).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "when { metric: 'latency' above: 800.5 }",
        "when { metric: 'latency' below: 800 }",
        "when { metric: 'latencies' above: 800 }",
      })
  void fingerprint_anotherLimit_changesIt(String other) {
    assertThat(metric("kind: METRIC_KIND_EVENT " + other).fingerprint())
        .isNotEqualTo(
            metric("kind: METRIC_KIND_EVENT when { metric: 'latency' above: 800 }").fingerprint());
  }

  @Test
  void happened_atTheLimit_itDidNot() {
    EventRule above = rule("above: 800");
    assertThat(above.happened(800)).isFalse();
    assertThat(above.happened(Math.nextUp(800.0))).isTrue();
    assertThat(above.happened(0)).isFalse();
    EventRule below = rule("below: 3");
    assertThat(below.happened(3)).isFalse();
    assertThat(below.happened(Math.nextDown(3.0))).isTrue();
    assertThat(below.happened(1e12)).isFalse();
  }

  @Test
  void accepts_eventMadeOfOtherValues_takesNone() {
    CompiledMetric made = metric("kind: METRIC_KIND_EVENT when { metric: 'latency' above: 800 }");
    assertThat(made.accepts(1)).isFalse();
    assertThat(made.accepts(0)).isFalse();
    assertThat(made.isReported()).isFalse();
    assertThat(metric("kind: METRIC_KIND_EVENT").isReported()).isTrue();
  }

  private static EventRule rule(String limit) {
    return Objects.requireNonNull(
        metric("kind: METRIC_KIND_EVENT when { metric: 'latency' %s }".formatted(limit)).when());
  }

  private static int fingerprint(Metric metric, String difference, long revision) {
    Metric changed = metric.toBuilder().mergeFrom(Sources.parse(difference, Metric.class)).build();
    return CompiledMetric.of(changed, revision).fingerprint();
  }

  private static CompiledMetric metric(String text) {
    return CompiledMetric.of(proto(text), 1);
  }

  private static Metric proto(String text) {
    return Sources.parse("key: 'm' " + text, Metric.class);
  }

  private static CompiledMetric found(FeatureMetrics metrics, String key) {
    byte[] utf8 = ("x" + key).getBytes(StandardCharsets.UTF_8);
    CompiledMetric metric = metrics.find(key);
    assertThat(metrics.find(utf8, 1, utf8.length - 1)).isSameAs(metric);
    return Objects.requireNonNull(metric);
  }

  private static List<String> differences(Snapshot before, Snapshot after) {
    List<String> keys = new ArrayList<>();
    after.forEachDifference(before, (was, is) -> keys.add(Objects.requireNonNull(is).key()));
    return keys;
  }
}
