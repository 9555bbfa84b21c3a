package dev.serin.server.report;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.CoarseHistogram;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.SlotMetric;
import dev.serin.v1.TimeSlot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** The numbers of all variants by time slot, and where rollouts stood. */
final class TimeSeries {
  /** Metrics of all slots in one answer: some 6 MB of variants, 20 MB of rollouts. */
  static final int MAX_VALUES = 100_000;

  private static final double MILLIS_PER_SECOND = 1_000;
  private static final int PERCENT = 100;

  private final List<ReportedMetric> metrics;
  private final long widthMillis;

  /** By begin of the slot, then by variant. */
  private final Map<Long, Map<String, TimeSlot.Builder>> slots = new TreeMap<>();

  private int values;

  private TimeSeries(List<ReportedMetric> metrics, long widthMillis) {
    this.metrics = metrics;
    this.widthMillis = widthMillis;
  }

  /**
   * Puts charts side by side.
   *
   * @param rollouts where runs stood
   * @param metrics those to show
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST where it is too much for one answer
   */
  static GetTimeSeriesResponse.Builder of(
      List<VariantCharts> charts,
      List<RolloutSlot> rollouts,
      List<ReportedMetric> metrics,
      ChartRange range) {
    TimeSeries series = new TimeSeries(metrics, range.widthMillis());
    charts.forEach(series::add);
    rollouts.forEach(slot -> series.count(Math.max(1, slot.getVerdict().getMetricsCount())));
    series.share();
    GetTimeSeriesResponse.Builder response =
        GetTimeSeriesResponse.newBuilder().setSlot(Durations.fromMillis(range.widthMillis()));
    series
        .slots
        .values()
        .forEach(variants -> variants.values().forEach(slot -> response.addSlots(slot.build())));
    return response.addAllRollouts(rollouts);
  }

  private void add(VariantCharts charts) {
    for (Slot slot : charts.decisions()) {
      at(slot.startMillis(), charts.variant())
          .setDecisions(slot.count())
          .setDecisionsPerSecond(slot.count() / (widthMillis / MILLIS_PER_SECOND));
    }
    for (Slot slot : charts.outcomes()) {
      at(slot.startMillis(), charts.variant()).setOutcomes(slot.count());
    }
    for (ReportedMetric metric : metrics) {
      if (metric.isRatio()) {
        addRatio(charts, metric);
      } else {
        for (Slot slot : charts.metrics().getOrDefault(metric.key(), List.of())) {
          add(charts.variant(), slot.startMillis(), values(metric, slot));
        }
      }
    }
  }

  private TimeSlot.Builder at(long startMillis, String variant) {
    return slots
        .computeIfAbsent(startMillis, start -> new TreeMap<>())
        .computeIfAbsent(
            variant,
            key ->
                TimeSlot.newBuilder()
                    .setTime(Timestamps.fromMillis(startMillis))
                    .setVariant(variant));
  }

  private void add(String variant, long startMillis, SlotMetric.Builder metric) {
    count(1);
    at(startMillis, variant).addMetrics(metric);
  }

  private void count(int more) {
    values += more;
    if (values > MAX_VALUES) {
      throw ApiErrors.invalidRequest(
          "from",
          "more than "
              + MAX_VALUES
              + " metrics in all slots (expected: fewer: a later time, slots of 60 s, or some"
              + " metrics only)");
    }
  }

  private static SlotMetric.Builder values(ReportedMetric metric, Slot slot) {
    double sum = slot.sum().toDouble();
    SlotMetric.Builder row =
        SlotMetric.newBuilder()
            .setMetric(metric.key())
            .setCount(slot.count())
            .setSum(sum)
            .setMean(sum / slot.count())
            .setMin(FixedPoint.toDouble(slot.min()))
            .setMax(FixedPoint.toDouble(slot.max()));
    CoarseHistogram histogram = slot.histogram();
    if (histogram != null) {
      addQuantile(slot, histogram, 50, row::setP50);
      addQuantile(slot, histogram, 95, row::setP95);
      addQuantile(slot, histogram, 99, row::setP99);
    }
    return row;
  }

  /** The value that at least so many percent do not exceed, never outside of the extremes. */
  private static void addQuantile(
      Slot slot, CoarseHistogram histogram, int percent, DoubleConsumer taker) {
    long count = 0;
    for (int entry = 0; entry < histogram.size(); entry++) {
      count += histogram.countAt(entry);
    }
    // Rounded up, in whole numbers.
    long rank = (count * percent + PERCENT - 1) / PERCENT;
    taker.accept(
        Math.clamp(
            histogram.quantile(rank),
            FixedPoint.toDouble(slot.min()),
            FixedPoint.toDouble(slot.max())));
  }

  private void addRatio(VariantCharts charts, ReportedMetric ratio) {
    Map<Long, Slot> denominators = new HashMap<>();
    for (Slot slot : charts.metrics().getOrDefault(ratio.denominator(), List.of())) {
      denominators.put(slot.startMillis(), slot);
    }
    for (Slot slot : charts.metrics().getOrDefault(ratio.numerator(), List.of())) {
      double sum = slot.sum().toDouble();
      SlotMetric.Builder row =
          SlotMetric.newBuilder().setMetric(ratio.key()).setCount(slot.count()).setSum(sum);
      double denominator = sum(denominators.remove(slot.startMillis()));
      if (denominator > 0) {
        row.setMean(sum / denominator);
      }
      add(charts.variant(), slot.startMillis(), row);
    }
    // No numerator at all is a sum of 0.
    denominators.forEach(
        (startMillis, slot) -> {
          SlotMetric.Builder row = SlotMetric.newBuilder().setMetric(ratio.key());
          if (sum(slot) > 0) {
            row.setMean(0);
          }
          add(charts.variant(), startMillis, row);
        });
  }

  private static double sum(@Nullable Slot slot) {
    return slot == null ? 0 : slot.sum().toDouble();
  }

  /** Each variant's share of a slot's decisions. */
  private void share() {
    for (Map<String, TimeSlot.Builder> variants : slots.values()) {
      long decisions = variants.values().stream().mapToLong(TimeSlot.Builder::getDecisions).sum();
      if (decisions > 0) {
        variants
            .values()
            .forEach(slot -> slot.setTrafficShare((double) slot.getDecisions() / decisions));
      }
    }
  }
}
