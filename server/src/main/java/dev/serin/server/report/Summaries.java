package dev.serin.server.report;

import dev.serin.server.analysis.ClusteredEstimate;
import dev.serin.server.analysis.EventCounts;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Histogram;
import dev.serin.server.analysis.Moments;
import dev.serin.server.analysis.Quantile;
import dev.serin.v1.VariantSummary;
import java.util.Optional;
import java.util.function.Consumer;

/** What one variant shows in one metric. */
final class Summaries {
  private Summaries() {}

  static VariantSummary of(PlaceEvidence evidence, ReportedMetric metric) {
    VariantSummary.Builder row =
        VariantSummary.newBuilder()
            .setMetric(metric.key())
            .setKind(metric.kind())
            .setMeasure(metric.measure())
            .setVariant(evidence.place().variant())
            .setArm(evidence.place().arm())
            .setStage(evidence.place().stage())
            .setAfterEnd(evidence.place().afterEnd())
            .setUsers(evidence.users().units())
            .setExposedUsers(evidence.exposed().units())
            .setDroppedOutcomes(evidence.dropped());
    Missing missing = new Missing();
    if (metric.isRatio()) {
      addRatio(row, new RatioSums(evidence.of(metric).cell()), missing);
    } else {
      addValues(row, evidence, metric, missing);
    }
    if (metric.isEvent()) {
      addEvent(row, evidence, metric, missing);
    }
    MetricInputs.valueBuckets(evidence, metric)
        .ifPresentOrElse(
            buckets ->
                missing.take(
                    ClusteredEstimate.of(buckets),
                    estimate -> row.setStandardError(estimate.standardError())),
            () -> missing.add(Missing.NO_BUCKETS));
    return row.addAllMissing(missing.reasons()).build();
  }

  private static void addValues(
      VariantSummary.Builder row, PlaceEvidence evidence, ReportedMetric metric, Missing missing) {
    Moments moments = MetricInputs.moments(evidence.of(metric).cell());
    row.setCount(moments.count());
    if (moments.count() > 0) {
      row.setSum(moments.sum()).setMin(moments.min()).setMax(moments.max());
    }
    missing.take(moments.mean(), row::setMean);
    if (moments.count() > 1) {
      row.setStandardDeviation(Math.sqrt(moments.squaredDeviations() / (moments.count() - 1)));
    }
    Optional<Histogram> histogram = MetricInputs.histogram(evidence.of(metric).cell());
    if (histogram.isPresent()) {
      addQuantile(histogram.get(), .5, row::setMedian, missing);
      addQuantile(histogram.get(), .95, row::setP95, missing);
      addQuantile(histogram.get(), .99, row::setP99, missing);
    } else if (moments.count() > 0 && !metric.isEvent()) {
      missing.add(
          "histogram: not kept of all outcomes (expected: evidence, not older than retention)");
    }
  }

  private static void addQuantile(
      Histogram histogram, double share, Consumer<Double> taker, Missing missing) {
    missing.take(histogram.quantile(share).then(Summaries::value), taker);
  }

  private static Figure<Double> value(Quantile quantile) {
    return new Figure.Known<>(quantile.value());
  }

  private static void addRatio(VariantSummary.Builder row, RatioSums sums, Missing missing) {
    row.setCount(sums.count()).setSum(sums.numerator());
    if (sums.denominator() > 0) {
      row.setMean(sums.numerator() / sums.denominator());
    } else {
      missing.add("denominators: " + sums.denominator() + " (expected: above 0)");
    }
  }

  private static void addEvent(
      VariantSummary.Builder row, PlaceEvidence evidence, ReportedMetric metric, Missing missing) {
    row.setUsersWithEvent(evidence.of(metric).withEvent().units());
    EventCounts counts = MetricInputs.events(evidence, metric);
    if (counts.exposed() > 0) {
      row.setUserShare((double) counts.withEvent() / counts.exposed());
    } else {
      missing.add("users: 0 (expected: 1 or more for a share of them)");
    }
  }
}
