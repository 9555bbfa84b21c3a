package dev.serin.server.report;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.rollout.forecast.Baseline;
import dev.serin.server.rollout.forecast.RolloutForecast;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.TimeSlot;
import dev.serin.v1.VariantSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The forecast of a rollout with what this server has counted, where the request does not say it.
 *
 * @param compare what the variants of a split show
 * @param series decisions by time slot
 * @param nowMillis when now is
 */
record RolloutPlanning(
    Function<CompareVariantsRequest, CompareVariantsResponse> compare,
    Function<GetTimeSeriesRequest, GetTimeSeriesResponse> series,
    long nowMillis) {
  /** As many as apply to a feature. */
  private static final int MAX_BASELINES = 64;

  private static final long HOUR_MILLIS = 3_600_000;
  private static final double MILLIS = 1_000;

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
    Map<String, Baseline> baselines = stated(request);
    addCounted(request, plan, baselines, notes);
    double usersPerSecond =
        request.hasUsersPerSecond()
            ? request.getUsersPerSecond()
            : counted(request.getNamespace(), plan.feature(), notes);
    try {
      return RolloutForecast.of(plan, usersPerSecond, baselines, notes);
    } catch (IllegalArgumentException outside) {
      throw ApiErrors.invalidRequest("users_per_second", String.valueOf(outside.getMessage()));
    }
  }

  private static Map<String, Baseline> stated(PlanRolloutRequest request) {
    if (request.getBaselinesCount() > MAX_BASELINES) {
      throw ApiErrors.invalidRequest(
          "baselines", request.getBaselinesCount() + " (expected: at most " + MAX_BASELINES + ")");
    }
    Map<String, Baseline> baselines = new LinkedHashMap<>();
    for (int i = 0; i < request.getBaselinesCount(); i++) {
      try {
        baselines.put(request.getBaselines(i).getMetric(), Baseline.of(request.getBaselines(i)));
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

  private double counted(String namespace, String feature, List<String> notes) {
    List<TimeSlot> slots =
        series
            .apply(
                GetTimeSeriesRequest.newBuilder()
                    .setNamespace(namespace)
                    .setFeature(feature)
                    .setFrom(Timestamps.fromMillis(nowMillis - HOUR_MILLIS))
                    .build())
            .getSlotsList();
    long decisions = slots.stream().mapToLong(TimeSlot::getDecisions).sum();
    if (decisions == 0) {
      throw ApiErrors.invalidRequest(
          "users_per_second", "absent, and no decision in the last hour (expected: above 0)");
    }
    long first =
        slots.stream().mapToLong(slot -> Timestamps.toMillis(slot.getTime())).min().orElse(0);
    notes.add(
        "traffic: decisions of the last hour, as if each were of a new user: with users who come"
            + " again all takes longer");
    return decisions * MILLIS / Math.max(MILLIS, (double) (nowMillis - first));
  }
}
