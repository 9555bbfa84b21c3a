package dev.serin.server.report;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.aggregate.Slot;
import dev.serin.server.outcome.aggregate.Slots;
import dev.serin.server.rollout.forecast.Baseline;
import dev.serin.server.rollout.forecast.RolloutForecast;
import dev.serin.server.rollout.plan.FeatureFit;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.PlanText;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.Metric;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.VariantSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The forecast of a rollout with what this server has counted, where the request does not say it.
 *
 * @param features the feature of a namespace
 * @param compare what the variants of a split show
 * @param decisions of a split by time slot
 * @param nowMillis when now is
 */
record RolloutPlanning(
    BiFunction<String, String, ReportedFeature> features,
    Function<CompareVariantsRequest, CompareVariantsResponse> compare,
    SplitDecisions decisions,
    long nowMillis) {
  /** As many as apply to a feature. */
  private static final int MAX_BASELINES = 64;

  private static final int MAX_METRICS = 64;

  private static final long HOUR_MILLIS = 3_600_000;
  private static final double MILLIS = 1_000;

  /** Without a decision for longer than this nobody asked, or nobody counted. */
  private static final long QUIET_MILLIS = 5 * 60_000;

  /** Counts the decisions of a split. */
  interface SplitDecisions {
    /** By time. */
    List<Slot> of(ReportedFeature feature, String split, ChartRange range);
  }

  PlanRolloutResponse plan(PlanRolloutRequest request) {
    if (!request.hasRollout()) {
      throw ApiErrors.invalidRequest("rollout", "absent (expected: a rollout)");
    }
    RolloutPlan plan =
        switch (PlanReader.read(request.getRollout())) {
          case PlanReading.Valid valid -> valid.plan();
          case PlanReading.Invalid invalid -> throw ApiErrors.invalidDocument(invalid.violations());
        };
    List<String> notes = new ArrayList<>();
    ReportedFeature feature = features.apply(request.getNamespace(), plan.feature());
    List<JudgedMetric> known = known(plan, request, feature);
    Map<String, Baseline> baselines = stated(request, plan);
    addCounted(request, plan, baselines, notes);
    double usersPerSecond =
        request.hasUsersPerSecond()
            ? stated(request.getUsersPerSecond())
            : counted(feature, plan.split(), notes);
    return RolloutForecast.of(plan, known, usersPerSecond, baselines, notes);
  }

  private static double stated(double usersPerSecond) {
    if (!(usersPerSecond > 0 && usersPerSecond < Double.POSITIVE_INFINITY)) {
      throw ApiErrors.invalidRequest(
          "users_per_second", usersPerSecond + " (expected: above 0, finite)");
    }
    return usersPerSecond;
  }

  /** The plan's metrics with what their documents say, those of the request before the server's. */
  private static List<JudgedMetric> known(
      RolloutPlan plan, PlanRolloutRequest request, ReportedFeature feature) {
    // Of two with one key the later is taken.
    List<Metric> documents = new ArrayList<>();
    for (ReportedMetric metric : feature.metrics()) {
      documents.add(
          Metric.newBuilder()
              .setKey(metric.key())
              .setKind(metric.kind())
              .setBetter(metric.better())
              .build());
    }
    documents.addAll(stated(request.getMetricsList()));
    return switch (FeatureFit.ofMetrics(plan, documents)) {
      case FeatureFit.Result.Fits fits -> fits.metrics();
      case FeatureFit.Result.Misfits misfits ->
          throw ApiErrors.invalidDocument(misfits.violations());
    };
  }

  private static List<Metric> stated(List<Metric> metrics) {
    if (metrics.size() > MAX_METRICS) {
      throw ApiErrors.invalidRequest(
          "metrics", metrics.size() + " (expected: at most " + MAX_METRICS + ")");
    }
    for (int i = 0; i < metrics.size(); i++) {
      switch (metrics.get(i).getKind()) {
        case METRIC_KIND_UNSPECIFIED, UNRECOGNIZED ->
            throw ApiErrors.invalidRequest(
                "metrics[" + i + "].kind", "absent (expected: one of the kinds of metrics)");
        case METRIC_KIND_EVENT, METRIC_KIND_MEAN, METRIC_KIND_RATIO, METRIC_KIND_QUANTILE -> {}
      }
    }
    return metrics;
  }

  private static Map<String, Baseline> stated(PlanRolloutRequest request, RolloutPlan plan) {
    if (request.getBaselinesCount() > MAX_BASELINES) {
      throw ApiErrors.invalidRequest(
          "baselines", request.getBaselinesCount() + " (expected: at most " + MAX_BASELINES + ")");
    }
    List<String> metrics = plan.metrics().stream().map(MetricPlan::metric).distinct().toList();
    Map<String, Baseline> baselines = new LinkedHashMap<>();
    for (int i = 0; i < request.getBaselinesCount(); i++) {
      String metric = request.getBaselines(i).getMetric();
      if (!metrics.contains(metric)) {
        throw ApiErrors.invalidRequest(
            "baselines[" + i + "].metric",
            "\""
                + metric
                + "\" is no metric of the rollout (expected: "
                + (metrics.isEmpty() ? "none" : "one of " + String.join(", ", metrics))
                + ")");
      }
      try {
        baselines.put(metric, Baseline.of(request.getBaselines(i)));
      } catch (IllegalArgumentException outside) {
        throw ApiErrors.invalidRequest(
            "baselines[" + i + "].value", String.valueOf(outside.getMessage()));
      }
    }
    return baselines;
  }

  /** Adds what the control has shown of the metrics that nothing is said of. */
  private void addCounted(
      PlanRolloutRequest request,
      RolloutPlan plan,
      Map<String, Baseline> baselines,
      List<String> notes) {
    List<String> missing =
        plan.metrics().stream()
            .map(MetricPlan::metric)
            .distinct()
            .filter(metric -> !baselines.containsKey(metric))
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    CompareVariantsResponse shown =
        compare.apply(
            CompareVariantsRequest.newBuilder()
                .setNamespace(request.getNamespace())
                .setFeature(plan.feature())
                .setSplit(plan.split())
                .addAllMetrics(missing)
                .build());
    for (String metric : missing) {
      Optional<Baseline> baseline =
          shown.getSummariesList().stream()
              .filter(summary -> summary.getMetric().equals(metric))
              .filter(summary -> summary.getVariant().equals(plan.control()))
              .filter(summary -> !summary.getAfterEnd())
              .max(Comparator.comparingLong(VariantSummary::getUsers))
              .flatMap(RolloutPlanning::baseline);
      baseline.ifPresentOrElse(
          known -> {
            baselines.put(metric, known);
            notes.add("baseline of " + metric + ": what the control has shown here");
          },
          () -> notes.add("baseline of " + metric + ": the control has not shown one yet"));
    }
  }

  private static Optional<Baseline> baseline(VariantSummary summary) {
    try {
      if (summary.hasUserShare()) {
        return Optional.of(new Baseline.Event(summary.getUserShare()));
      }
      if (summary.hasMean() && summary.hasStandardError()) {
        return Optional.of(
            new Baseline.Mean(
                summary.getMean(),
                summary.getStandardError() * Math.sqrt((double) summary.getUsers())));
      }
    } catch (IllegalArgumentException outside) {
      // An event that nobody had, or everybody: there is nothing to forecast by.
    }
    return Optional.empty();
  }

  /** Decisions of the split's own draws in the last hour, by the time in which there were any. */
  private double counted(ReportedFeature feature, String split, List<String> notes) {
    ChartRange hour = new ChartRange(nowMillis - HOUR_MILLIS, nowMillis, Slots.NARROW_MILLIS);
    long count = 0;
    long counted = 0;
    long end = hour.fromMillis();
    for (Slot slot : decisions.of(feature, split, hour)) {
      if (slot.count() > 0) {
        boolean apart = count == 0 || slot.startMillis() - end > QUIET_MILLIS;
        long next = Math.min(nowMillis, slot.startMillis() + Slots.NARROW_MILLIS);
        counted += next - (apart ? slot.startMillis() : end);
        count += slot.count();
        end = next;
      }
    }
    if (count == 0) {
      throw ApiErrors.invalidRequest(
          "users_per_second",
          "absent, and no decision of split " + split + " in the last hour (expected: above 0)");
    }
    notes.add(
        "traffic: decisions of the split in the "
            + PlanText.time(Duration.ofMillis(counted))
            + " of the last hour that had any, as if each were of a new user: with users who come"
            + " again all takes longer");
    return count * MILLIS / Math.max(MILLIS, (double) counted);
  }
}
