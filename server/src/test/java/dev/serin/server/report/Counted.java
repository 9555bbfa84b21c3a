package dev.serin.server.report;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.Buckets;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.MetricKind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** A view of what one feature's outcomes count, filled as a server fills it. */
final class Counted implements ViewQuestions, ReportedFeatures {
  static final long NOW = 1_760_000_000_000L;

  static final ReportedMetric LATENCY =
      metric("latency", MetricKind.METRIC_KIND_QUANTILE, BetterDirection.BETTER_DIRECTION_LOWER);
  static final ReportedMetric ERROR =
      metric("error", MetricKind.METRIC_KIND_EVENT, BetterDirection.BETTER_DIRECTION_LOWER);
  static final ReportedMetric SPEND =
      metric("spend", MetricKind.METRIC_KIND_MEAN, BetterDirection.BETTER_DIRECTION_HIGHER);
  static final ReportedMetric ITEMS =
      metric("items", MetricKind.METRIC_KIND_MEAN, BetterDirection.BETTER_DIRECTION_HIGHER);
  static final ReportedMetric PRICE =
      new ReportedMetric(
          "price",
          MetricKind.METRIC_KIND_RATIO,
          BetterDirection.BETTER_DIRECTION_HIGHER,
          "CNY",
          "spend",
          "items",
          77);

  private final MergedView view = new MergedView();
  private final String run;
  private List<Integer> weights = List.of(50, 50);
  private long period = 7;

  private Counted(String run) {
    this.run = run;
  }

  /** With these weights of the old variant and the new one. */
  Counted withWeights(int old, int fresh) {
    weights = List.of(old, fresh);
    return this;
  }

  /** With another counting period that is open; what is counted stays in the period 7. */
  Counted inPeriod(long open) {
    period = open;
    return this;
  }

  static Counted ofPeriod() {
    return new Counted("");
  }

  static Counted ofRun() {
    return new Counted("r-1");
  }

  private static ReportedMetric metric(String key, MetricKind kind, BetterDirection better) {
    return new ReportedMetric(key, kind, better, "ms", "", "", key.hashCode());
  }

  /** A place of the counting period 7, or of a stage of the run. */
  Place place(int stage, String variant) {
    Arm arm = variant.equals("new") ? Arm.ARM_TREATMENT : Arm.ARM_CONTROL;
    return run.isEmpty()
        ? place(Arm.ARM_SPLIT, 0, variant, false)
        : place(arm, stage, variant, false);
  }

  Place place(Arm arm, int stage, String variant, boolean afterEnd) {
    long period = run.isEmpty() ? 7 : 0;
    return new Place(
        "shop", "ranking", "main", run, period, stage, arm, variant, afterEnd, "user_key");
  }

  void count(Consumer<DeltaBuilder> events) {
    DeltaBuilder builder = new DeltaBuilder(view);
    events.accept(builder);
    view.apply(builder.build());
  }

  /** What the server does with a value that an outcome of a user reports. */
  static void report(
      DeltaBuilder builder, Place place, ReportedMetric metric, long user, double value) {
    report(builder, place, metric, user, value, NOW);
  }

  static void report(
      DeltaBuilder builder,
      Place place,
      ReportedMetric metric,
      long user,
      double value,
      long timeMillis) {
    CellKey key = new CellKey(place, metric.key(), metric.fingerprint());
    long unit = unit(user);
    builder.outcome(place, timeMillis);
    builder.mark(place, unit);
    if (metric.isEvent() && value == 1) {
      builder.event(key, unit);
    }
    CellParts parts =
        switch (metric.kind()) {
          case METRIC_KIND_QUANTILE -> CellParts.CHARTED_HISTOGRAM;
          case METRIC_KIND_MEAN -> CellParts.HISTOGRAM;
          default -> CellParts.BUCKETS;
        };
    int bucket = Buckets.bucketOf(unit, place.bucketSaltHash());
    builder.value(key, parts, FixedPoint.toSteps(value), bucket, timeMillis);
  }

  /** What it does with an outcome of both metrics of the ratio. */
  static void reportPrice(
      DeltaBuilder builder, Place place, long user, double spend, double items) {
    long unit = unit(user);
    builder.ratio(
        new CellKey(place, PRICE.key(), PRICE.fingerprint()),
        CellParts.BUCKETS,
        FixedPoint.toSteps(spend),
        FixedPoint.toSteps(items),
        Buckets.bucketOf(unit, place.bucketSaltHash()),
        NOW);
  }

  static long unit(long user) {
    return (user + 1) * 0x9e3779b97f4a7c15L;
  }

  MergedView view() {
    return view;
  }

  @Override
  public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
    return CompletableFuture.completedFuture(question.apply(view));
  }

  @Override
  public void requireNamespace(String namespace) {
    if (!namespace.equals("shop")) {
      throw ApiErrors.namespaceNotFound(namespace);
    }
  }

  @Override
  public ReportedFeature find(String namespace, String feature) {
    requireNamespace(namespace);
    if (!feature.equals("ranking")) {
      throw ApiErrors.featureNotFound(namespace, feature);
    }
    return new ReportedFeature(
        "shop",
        "ranking",
        "old",
        List.of(new ReportedSplit("main", List.of("old", "new"), weights, run, period)),
        List.of(LATENCY, ERROR, SPEND, ITEMS, PRICE));
  }
}
