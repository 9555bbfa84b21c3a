package dev.serin.server.rollout.forecast;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.v1.MetricForecast;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.StageForecast;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The forecast of a rollout, stage by stage, as if each began anew: what a metric has shown in the
 * stages before comes on top, so that a regression that is there from the start is found sooner.
 */
public final class RolloutForecast {
  private final RolloutPlan plan;
  private final double usersPerSecond;
  private final Map<String, Baseline> baselines;

  private RolloutForecast(
      RolloutPlan plan, double usersPerSecond, Map<String, Baseline> baselines) {
    this.plan = plan;
    this.usersPerSecond = usersPerSecond;
    this.baselines = baselines;
  }

  /**
   * Forecasts a rollout.
   *
   * @param usersPerSecond new users that reach the split, above 0, finite
   * @param baselines what the control shows, by metric; others have no forecast
   * @param notes what it rests on, in words
   * @throws IllegalArgumentException where the traffic is outside its range
   */
  public static PlanRolloutResponse of(
      RolloutPlan plan,
      double usersPerSecond,
      Map<String, Baseline> baselines,
      List<String> notes) {
    if (!(usersPerSecond > 0 && usersPerSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(usersPerSecond + " (expected: above 0, finite)");
    }
    RolloutForecast forecast = new RolloutForecast(plan, usersPerSecond, Map.copyOf(baselines));
    PlanRolloutResponse.Builder response =
        PlanRolloutResponse.newBuilder().setUsersPerSecond(usersPerSecond).addAllNotes(notes);
    for (String metric : plan.metrics().stream().map(MetricPlan::metric).distinct().toList()) {
      Baseline baseline = baselines.get(metric);
      if (baseline != null) {
        response.addBaselines(baseline.message(metric));
      }
    }
    plan.stages().forEach(stage -> response.addStages(forecast.stage(stage)));
    return response.build();
  }

  private StageForecast stage(StagePlan stage) {
    double share = stage.share().fraction();
    // Equally large up to one half; above it, all the others.
    double control = Math.min(share, 1 - share);
    double dwell = stage.dwell().toNanos() / 1e9;
    StageForecast.Builder forecast =
        StageForecast.newBuilder()
            .setStage(stage.name())
            .setShare(share)
            .setDwell(Durations.fromMillis(stage.dwell().toMillis()))
            .setTreatmentUsers(share * usersPerSecond * dwell)
            .setControlUsers(control * usersPerSecond * dwell);
    if (!stage.share().isAll()) {
      MetricOutlook outlook = new MetricOutlook(plan, stage, usersPerSecond);
      plan.metrics().stream()
          .filter(metric -> metric.role() != Role.CIRCUIT_BREAKER)
          .forEach(metric -> forecast.addMetrics(outlook(outlook, metric)));
    }
    double fewest = stage.share().isAll() ? share : control;
    double least = Math.max(dwell, stage.minimumUsers() / (usersPerSecond * fewest));
    List<MetricForecast> needed =
        forecast.getMetricsList().stream().filter(MetricForecast::getMustPass).toList();
    if (needed.stream().allMatch(MetricForecast::hasPassesMedian)) {
      forecast.setPromotedMedian(latest(least, needed, MetricForecast::getPassesMedian));
    }
    if (needed.stream().allMatch(MetricForecast::hasPassesP90)) {
      forecast.setPromotedP90(latest(least, needed, MetricForecast::getPassesP90));
    }
    return forecast.build();
  }

  private MetricForecast outlook(MetricOutlook outlook, MetricPlan metric) {
    Baseline baseline = baselines.get(metric.metric());
    return baseline == null ? outlook.missing(metric, "no baseline") : outlook.of(metric, baseline);
  }

  private static Duration latest(
      double leastSeconds, List<MetricForecast> needed, Function<MetricForecast, Duration> time) {
    Duration least = Durations.fromMillis(Math.round(leastSeconds * 1_000));
    return needed.stream().map(time).reduce(least, RolloutForecast::later);
  }

  private static Duration later(Duration one, Duration other) {
    return Durations.compare(one, other) < 0 ? other : one;
  }
}
