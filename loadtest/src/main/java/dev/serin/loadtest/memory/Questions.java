package dev.serin.loadtest.memory;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.report.AnalysisServiceAdapter;
import dev.serin.server.report.Exports;
import dev.serin.server.report.LiveVerdicts;
import dev.serin.server.report.ReportedFeature;
import dev.serin.server.report.ReportedFeatures;
import dev.serin.server.report.ReportedMetric;
import dev.serin.server.report.ReportedSplit;
import dev.serin.server.report.RolloutSeries;
import dev.serin.server.report.ViewQuestions;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.MetricKind;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Asks a view as the service does, and measures for how long that holds its owner up. */
final class Questions implements ViewQuestions {
  private static final int TIMES = 7;

  private final MergedView view;
  private final AnalysisServiceAdapter service;
  private int asked;
  private long longestNanos;

  /**
   * How long a call takes.
   *
   * @param questions that it asks the view
   * @param holdMillis the longest time that one of them holds the view's owner up
   * @param callMillis all of it
   */
  record Taken(int questions, double holdMillis, double callMillis) {}

  /**
   * Questions.
   *
   * @param exports which nobody asks for
   * @param metrics how many a feature has
   */
  Questions(MergedView view, Exports exports, int metrics) {
    this.view = view;
    service =
        new AnalysisServiceAdapter(
            new Features(metrics),
            this,
            exports,
            LiveVerdicts.NONE,
            RolloutSeries.NONE,
            InstantSource.fixed(Instant.ofEpochMilli(Population.UNTIL_MILLIS)));
  }

  private record Features(int metrics) implements ReportedFeatures {
    @Override
    public ReportedFeature find(String namespace, String feature) {
      return reported(namespace, feature, metrics);
    }

    @Override
    public void requireNamespace(String namespace) {
      // There is one for all that is asked.
    }
  }

  private static ReportedFeature reported(String namespace, String feature, int metrics) {
    List<ReportedMetric> shown = new ArrayList<>();
    for (int metric = 0; metric < metrics; metric++) {
      CellParts parts = Population.parts(metric);
      shown.add(
          new ReportedMetric(
              Population.metricKey(metric),
              switch (parts) {
                case PLAIN, BUCKETS -> MetricKind.METRIC_KIND_EVENT;
                case HISTOGRAM -> MetricKind.METRIC_KIND_MEAN;
                case CHARTED_HISTOGRAM -> MetricKind.METRIC_KIND_QUANTILE;
              },
              BetterDirection.BETTER_DIRECTION_LOWER,
              "",
              "",
              "",
              Population.FINGERPRINT));
    }
    return new ReportedFeature(
        namespace,
        feature,
        "off",
        List.of(
            new ReportedSplit("all", List.of("off", "on"), List.of(1, 1), "", Population.PERIOD)),
        shown);
  }

  @Override
  public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    asked++;
    long begin = System.nanoTime();
    T answer = question.apply(view);
    longestNanos = Math.max(longestNanos, System.nanoTime() - begin);
    return CompletableFuture.completedFuture(answer);
  }

  Taken compare(String feature) {
    return taken(
        service::compareVariants, CompareVariantsRequest.newBuilder().setFeature(feature).build());
  }

  /** Asks for the charts of half a day in slots of a minute, or of an hour in ten seconds. */
  Taken series(String feature, boolean isLong) {
    long span = Population.DAY_MILLIS / (isLong ? 2 : 24);
    return taken(
        service::getTimeSeries,
        GetTimeSeriesRequest.newBuilder()
            .setFeature(feature)
            .setFrom(Timestamps.fromMillis(Population.UNTIL_MILLIS - span))
            .setUntil(Timestamps.fromMillis(Population.UNTIL_MILLIS))
            .setSlot(Durations.fromSeconds(isLong ? 60 : 10))
            .build());
  }

  /** The best of several: what it takes, not what else the machine does. */
  private <Q, A> Taken taken(BiConsumer<Q, StreamObserver<A>> call, Q request) {
    Taken best = new Taken(0, Double.MAX_VALUE, Double.MAX_VALUE);
    for (int time = 0; time < TIMES; time++) {
      asked = 0;
      longestNanos = 0;
      long begin = System.nanoTime();
      call.accept(request, new Answered<>());
      long nanos = System.nanoTime() - begin;
      if (longestNanos / 1e6 < best.holdMillis()) {
        best = new Taken(asked, longestNanos / 1e6, nanos / 1e6);
      }
    }
    return best;
  }

  private static final class Answered<A> implements StreamObserver<A> {
    @Override
    public void onNext(A answer) {}

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
