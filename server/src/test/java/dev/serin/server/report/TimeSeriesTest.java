package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.SlotQuestion;
import dev.serin.v1.Arm;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.TimeSlot;
import dev.serin.v1.VerdictMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimeSeriesTest {
  /** Begin of a minute, and of a slot of ten seconds. */
  private static final long BEGIN = (Counted.NOW - 600_000) / 60_000 * 60_000;

  private static GetTimeSeriesResponse series(Counted counted, GetTimeSeriesRequest request) {
    try (AnalysisApi api = new AnalysisApi(counted)) {
      return api.stub()
          .getTimeSeries(request.toBuilder().setNamespace("shop").setFeature("ranking").build());
    }
  }

  private static GetTimeSeriesResponse series(Counted counted) {
    return series(counted, GetTimeSeriesRequest.getDefaultInstance());
  }

  private static TimeSlot slot(GetTimeSeriesResponse series, long millis, String variant) {
    return series.getSlotsList().stream()
        .filter(slot -> Timestamps.toMillis(slot.getTime()) == millis)
        .filter(slot -> slot.getVariant().equals(variant))
        .findFirst()
        .orElseThrow();
  }

  private static SlotMetric metric(TimeSlot slot, ReportedMetric metric) {
    return slot.getMetricsList().stream()
        .filter(row -> row.getMetric().equals(metric.key()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void series_overGrpc_givesRowS9() {
    Counted counted = Counted.ofPeriod();
    Place fresh = counted.place(0, "new");
    Place old = counted.place(0, "old");
    // Served by a rule, so no evidence; but traffic it is.
    Place forced = counted.place(Arm.ARM_NONE, 0, "new", false);
    counted.count(
        builder -> {
          for (int i = 0; i < 100; i++) {
            long time = BEGIN + i * 200L;
            Place place = i % 4 == 0 ? fresh : old;
            builder.exposure(i % 8 == 0 ? forced : place, Counted.unit(i), time);
            Counted.report(builder, place, Counted.LATENCY, i, 10 + i, time);
            Counted.report(builder, place, Counted.ERROR, i, i % 20 == 0 ? 1 : 0, time);
            Counted.report(builder, place, Counted.ITEMS, i, 2, time);
          }
          Counted.report(builder, fresh, Counted.SPEND, 0, 30, BEGIN + 10_000);
        });

    GetTimeSeriesResponse series = series(counted);

    assertThat(series.getSlot()).isEqualTo(Durations.fromSeconds(10));
    assertThat(series.getSlotsList()).hasSize(4);
    assertThat(series.getSlotsList())
        .extracting(slot -> Timestamps.toMillis(slot.getTime()))
        .containsExactly(BEGIN, BEGIN, BEGIN + 10_000, BEGIN + 10_000);
    TimeSlot first = slot(series, BEGIN, "new");
    assertThat(first.getDecisions()).isEqualTo(13);
    assertThat(first.getDecisionsPerSecond()).isEqualTo(1.3);
    assertThat(first.getTrafficShare()).isEqualTo(13 / 50.);
    assertThat(slot(series, BEGIN, "old").getTrafficShare()).isEqualTo(37 / 50.);
    assertThat(first.getOutcomes()).isEqualTo(3 * 13);
    SlotMetric error = metric(first, Counted.ERROR);
    assertThat(error.getCount()).isEqualTo(13);
    assertThat(error.getMean()).isCloseTo(3 / 13., within(1e-12));
    assertThat(error.hasP50()).isFalse();
    // 10, 14, 18, … 58.
    SlotMetric latency = metric(first, Counted.LATENCY);
    assertThat(latency.getSum()).isEqualTo(13 * 34);
    assertThat(latency.getMean()).isEqualTo(34);
    assertThat(latency.getMin()).isEqualTo(10);
    assertThat(latency.getMax()).isEqualTo(58);
    assertThat(latency.getP50()).isCloseTo(34, within(.045 * 34));
    assertThat(latency.getP95()).isCloseTo(58, within(.045 * 58));
    assertThat(latency.getP99()).isLessThanOrEqualTo(58);
    // A ratio is that of its two metrics, slot by slot.
    assertThat(metric(first, Counted.PRICE).getMean()).isZero();
    TimeSlot second = slot(series, BEGIN + 10_000, "new");
    assertThat(metric(second, Counted.PRICE).getMean()).isCloseTo(30 / 24., within(1e-12));
    assertThat(metric(second, Counted.PRICE).getCount()).isEqualTo(1);
  }

  @Test
  void series_slotAndRange_areWhatWasAskedFor() {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> {
          for (int minute = 0; minute < 120; minute++) {
            long time = Counted.NOW - minute * 60_000L - 1;
            Counted.report(builder, counted.place(0, "old"), Counted.SPEND, minute, minute, time);
          }
        });
    assertThat(series(counted).getSlotsList()).hasSize(60);
    GetTimeSeriesResponse minutes =
        series(
            counted,
            GetTimeSeriesRequest.newBuilder()
                .setFrom(Timestamps.fromMillis(Counted.NOW - 86_400_000))
                .build());
    assertThat(minutes.getSlot()).isEqualTo(Durations.fromSeconds(60));
    assertThat(minutes.getSlotsList()).hasSize(120);
    GetTimeSeriesResponse some =
        series(
            counted,
            GetTimeSeriesRequest.newBuilder()
                .setFrom(minutes.getSlots(10).getTime())
                .setUntil(minutes.getSlots(13).getTime())
                .setSlot(Durations.fromSeconds(60))
                .addMetrics("spend")
                .build());
    assertThat(some.getSlotsList())
        .extracting(TimeSlot::getTime)
        .isEqualTo(minutes.getSlotsList().subList(10, 13).stream().map(TimeSlot::getTime).toList());
    assertThat(some.getSlotsList())
        .allSatisfy(slot -> assertThat(slot.getMetricsCount()).isEqualTo(1))
        .allSatisfy(slot -> assertThat(slot.hasTrafficShare()).isFalse());
    assertThat(series(Counted.ofPeriod()).getSlotsList()).isEqualTo(List.of());
  }

  private static RolloutSlot rolloutSlot(int metrics) {
    RolloutSlot.Builder slot = RolloutSlot.newBuilder().setRollout("new-ranking").setLooks(60);
    for (int i = 0; i < metrics; i++) {
      slot.getVerdictBuilder().addMetrics(VerdictMetric.newBuilder().setMetric("metric-" + i));
    }
    return slot.build();
  }

  private static GetTimeSeriesResponse series(RolloutSeries rollouts) {
    Counted counted = Counted.ofPeriod();
    counted.count(
        builder -> Counted.report(builder, counted.place(0, "old"), Counted.SPEND, 1, 1, BEGIN));
    try (AnalysisApi api = new AnalysisApi(counted, counted, LiveVerdicts.NONE, rollouts)) {
      return api.stub()
          .getTimeSeries(
              GetTimeSeriesRequest.newBuilder()
                  .setNamespace("shop")
                  .setFeature("ranking")
                  .addMetrics("spend")
                  .setUntil(Timestamps.fromMillis(Counted.NOW))
                  .build());
    }
  }

  @Test
  void rollouts_ofTheFeature_areAskedForWithItsRangeAndShownBesideVariants() {
    List<SlotQuestion> asked = new ArrayList<>();

    GetTimeSeriesResponse series =
        series(
            question -> {
              asked.add(question);
              return List.of(rolloutSlot(2), rolloutSlot(0));
            });

    assertThat(asked)
        .containsExactly(
            new SlotQuestion(
                "shop",
                "ranking",
                Counted.NOW - 3_600_000,
                Counted.NOW,
                Set.of("spend"),
                TimeSeries.MAX_VALUES));
    assertThat(series.getRolloutsList()).containsExactly(rolloutSlot(2), rolloutSlot(0));
    assertThat(series.getRolloutsMissing()).isEmpty();
    assertThat(series.getSlotsList()).isNotEmpty();
  }

  @Test
  void rollouts_whoseStoreIsAway_areMissingWithTheReasonAndVariantsAreNot() {
    GetTimeSeriesResponse series =
        series(
            question -> {
              throw ApiErrors.storeUnavailable(new IllegalStateException("away"));
            });

    assertThat(series.getRolloutsList()).isEmpty();
    assertThat(series.getRolloutsMissing()).contains("store");
    assertThat(series.getSlotsList()).isNotEmpty();
  }

  @Test
  void rollouts_ofMoreThanOneAnswerMayHold_areRefusedTogetherWithVariants() {
    List<RolloutSlot> most = Collections.nCopies(TimeSeries.MAX_VALUES / 2 - 1, rolloutSlot(2));
    assertThat(series(question -> withOne(most)).getRolloutsCount()).isEqualTo(most.size() + 1);

    RolloutSeries more = question -> withOne(withOne(most));
    assertThatThrownBy(() -> series(more)).hasMessageContaining("more than 100000 metrics");
  }

  private static List<RolloutSlot> withOne(List<RolloutSlot> slots) {
    List<RolloutSlot> more = new ArrayList<>(slots);
    more.add(rolloutSlot(0));
    return more;
  }
}
