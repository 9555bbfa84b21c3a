package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Value;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.MetricSource;
import dev.serin.engine.RunPhase;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.decision.ServedSnapshot;
import dev.serin.server.decision.ServedSnapshots;
import dev.serin.server.error.ApiException;
import dev.serin.server.report.ReportedFeature;
import dev.serin.server.report.ReportedMetric;
import dev.serin.server.report.ReportedSplit;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.Feature;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Split;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import dev.serin.v1.WeightedVariant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServedReportsTest {
  private static final Metric ERROR = metric("error", MetricKind.METRIC_KIND_EVENT);
  private static final Metric SPEND = metric("spend", MetricKind.METRIC_KIND_MEAN);

  private static final Feature FEATURE =
      Feature.newBuilder()
          .setKey("ranking")
          .setType(ValueType.VALUE_TYPE_BOOL)
          .addVariants(variant("old", false))
          .addVariants(variant("new", true))
          .setDefaultVariant("old")
          .setOffVariant("old")
          .addSplits(split("main"))
          .addSplits(split("other"))
          .addMetrics(
              metric("price", MetricKind.METRIC_KIND_RATIO).toBuilder()
                  .setBetter(BetterDirection.BETTER_DIRECTION_HIGHER)
                  .setNumerator("spend")
                  .setDenominator("error"))
          .build();

  private static final LiveRun RUN =
      new LiveRun(
          "other", "r-3", 1, "new", "old", 1, 10, true, RunPhase.RUNNING, LiveRun.NEVER_STALE);

  private static Variant variant(String key, boolean value) {
    return Variant.newBuilder()
        .setKey(key)
        .setValue(Value.newBuilder().setBoolValue(value))
        .build();
  }

  private static Metric metric(String key, MetricKind kind) {
    return Metric.newBuilder()
        .setKey(key)
        .setKind(kind)
        .setMeasure("CNY")
        .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
        .build();
  }

  private static Split split(String id) {
    return Split.newBuilder()
        .setId(id)
        .addWeights(WeightedVariant.newBuilder().setVariant("old").setWeight(50))
        .addWeights(WeightedVariant.newBuilder().setVariant("new").setWeight(50))
        .build();
  }

  /** One namespace; ready or not. */
  private static ServedSnapshots snapshots(boolean ready) {
    ServedSnapshot served =
        ServedSnapshot.prepare(
            SnapshotCompiler.compile(
                new SnapshotSource(
                    "shop",
                    9,
                    Map.of(
                        "ranking",
                        new FeatureSource(
                            FEATURE,
                            9,
                            false,
                            List.of(RUN),
                            List.of(SplitPeriod.of(split("main"), 7)))),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of(
                        "error", new MetricSource(ERROR, 3), "spend", new MetricSource(SPEND, 4))),
                null),
            null);
    return new ServedSnapshots() {
      @Override
      public @Nullable Place place(String namespace) {
        return namespace.equals("shop") ? new Held(served) : null;
      }

      @Override
      public Set<String> namespaces() {
        return Set.of("shop");
      }

      @Override
      public boolean ready() {
        return ready;
      }
    };
  }

  private record Held(ServedSnapshot snapshot) implements ServedSnapshots.Place {
    @Override
    public long silentMillis() {
      return 0;
    }
  }

  @Test
  void reports_ofAServedFeature_nameWhatIsCounted() {
    ReportedFeature feature = new ServedReports(snapshots(true)).find("shop", "ranking");
    assertThat(feature.defaultVariant()).isEqualTo("old");
    assertThat(feature.splits())
        .containsExactly(
            new ReportedSplit("main", List.of("old", "new"), List.of(50, 50), "", 7),
            new ReportedSplit("other", List.of("old", "new"), List.of(50, 50), "r-3", 0));
    assertThat(feature.metrics())
        .extracting(ReportedMetric::key)
        .containsExactly("price", "error", "spend");
    ReportedMetric price = feature.metrics().getFirst();
    assertThat(price.kind()).isEqualTo(MetricKind.METRIC_KIND_RATIO);
    assertThat(price.better()).isEqualTo(BetterDirection.BETTER_DIRECTION_HIGHER);
    assertThat(price.numerator()).isEqualTo("spend");
    assertThat(price.denominator()).isEqualTo("error");
    assertThat(feature.metrics().getLast().better())
        .isEqualTo(BetterDirection.BETTER_DIRECTION_LOWER);
    assertThat(feature.metrics()).extracting(ReportedMetric::fingerprint).doesNotHaveDuplicates();
  }

  @Test
  void reports_ofWhatIsNotServed_sayWhy() {
    ServedReports ready = new ServedReports(snapshots(true));
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> ready.find("shop", "x"))
        .withMessageContaining("feature \"x\"");
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> ready.find("x", "ranking"))
        .withMessageContaining("namespace \"x\"");
    ServedReports loading = new ServedReports(snapshots(false));
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> loading.find("x", "ranking"))
        .withMessageContaining("not loaded");
  }
}
