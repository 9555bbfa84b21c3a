package dev.serin.server.rollout.forecast;

import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.rollout.forecast.MetricOutlook.Outlook;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.StageForecast;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The forecast of a rollout, stage by stage, as if each began anew: what a metric has shown in the
 * stages before comes on top, so that a regression that is there from the start is found sooner.
 *
 * <p>A stage is promoted when all that it waits for has passed; metrics are taken to pass
 * independently of each other.
 */
public final class RolloutForecast {
  private final RolloutPlan plan;
  private final double usersPerSecond;
  private final List<ForecastMetric> metrics;

  private RolloutForecast(RolloutPlan plan, double usersPerSecond, List<ForecastMetric> metrics) {
    this.plan = plan;
    this.usersPerSecond = usersPerSecond;
    this.metrics = metrics;
  }

  /**
   * Forecasts a rollout.
   *
   * @param known metrics of the plan whose documents are known: their kinds and directions; those
   *     of the others are guessed from baseline and role
   * @param usersPerSecond new users that reach the split, above 0, finite
   * @param baselines what the control shows, by metric; others have no forecast
   * @param notes what it rests on, in words
   * @throws IllegalArgumentException where the traffic is outside its range
   */
  public static PlanRolloutResponse of(
      RolloutPlan plan,
      Collection<JudgedMetric> known,
      double usersPerSecond,
      Map<String, Baseline> baselines,
      List<String> notes) {
    if (!(usersPerSecond > 0 && usersPerSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(usersPerSecond + " (expected: above 0, finite)");
    }
    List<ForecastMetric> metrics =
        plan.metrics().stream()
            .filter(metric -> metric.role() != Role.CIRCUIT_BREAKER)
            .map(
                metric ->
                    ForecastMetric.of(
                        metric, known, Optional.ofNullable(baselines.get(metric.metric()))))
            .toList();
    RolloutForecast forecast = new RolloutForecast(plan, usersPerSecond, metrics);
    PlanRolloutResponse.Builder response =
        PlanRolloutResponse.newBuilder()
            .setUsersPerSecond(usersPerSecond)
            .addAllNotes(notes)
            .addAllNotes(forecast.common());
    for (String metric : plan.metrics().stream().map(MetricPlan::metric).distinct().toList()) {
      Baseline baseline = baselines.get(metric);
      if (baseline != null) {
        response.addBaselines(baseline.message(metric));
      }
    }
    plan.stages().forEach(stage -> response.addStages(forecast.stage(stage)));
    return response.build();
  }

  /** Says of which events rates of requests are asked for too. */
  private List<String> common() {
    boolean asked =
        plan.stages().stream().anyMatch(stage -> stage.promotion() != Promotion.NO_REGRESSION);
    return metrics.stream()
        .filter(metric -> asked && metric.plan().role() == Role.GUARDRAIL)
        .filter(
            metric ->
                metric.missing().isEmpty()
                    && metric.baseline().orElseThrow() instanceof Baseline.Event(double share)
                    && share > JudgedMetric.COMMON_EVENT)
        .map(
            metric ->
                metric.plan().metric()
                    + ": of more than 2 % of users, so that its rate by request has to be within"
                    + " the margin too; taken as if each user made one request")
        .toList();
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
            .setControlUsers(control * usersPerSecond * dwell)
            .addAllWaitsFor(stage.gates().stream().map(GatePlan::awaited).toList());
    List<Outlook> outlooks = new ArrayList<>();
    if (!stage.share().isAll()) {
      MetricOutlook outlook = new MetricOutlook(plan, stage, usersPerSecond);
      metrics.stream().map(outlook::of).forEach(outlooks::add);
    }
    outlooks.forEach(outlook -> forecast.addMetrics(outlook.forecast()));
    stage
        .maximum()
        .ifPresent(
            time ->
                forecast
                    .setMaximum(Durations.fromMillis(time.toMillis()))
                    .setAtMaximum(atMaximum(stage)));
    double fewest = stage.share().isAll() ? share : control;
    promoted(
        forecast,
        stage,
        Math.max(dwell, stage.minimumUsers() / (usersPerSecond * fewest)),
        outlooks.stream().filter(outlook -> outlook.forecast().getMustPass()).toList());
    return forecast.build();
  }

  /**
   * When the stage is promoted.
   *
   * @param least seconds in it, whatever has passed
   * @param needed metrics that have to pass
   */
  private static void promoted(
      StageForecast.Builder forecast, StagePlan stage, double least, List<Outlook> needed) {
    String missing =
        needed.stream()
            .map(Outlook::forecast)
            .filter(metric -> !metric.getMissing().isEmpty())
            .map(metric -> metric.getMetric() + ": " + metric.getMissing())
            .collect(Collectors.joining(", "));
    forecast.setMissing(missing);
    Optional<Double> maximum = stage.maximum().map(time -> time.toNanos() / 1e9);
    boolean ships = stage.atMaximum() == StagePlan.AtMaximum.SHIP;
    Passage shown =
        Passage.all(needed.stream().flatMap(outlook -> outlook.passes().stream()).toList());
    Passage all = time -> time < least ? 0 : shown.by(time);
    if (missing.isEmpty()) {
      promoted(all, least, 0.5, maximum, ships)
          .flatMap(time -> MetricOutlook.time(OptionalDouble.of(time)))
          .ifPresent(forecast::setPromotedMedian);
      promoted(all, least, 0.9, maximum, ships)
          .flatMap(time -> MetricOutlook.time(OptionalDouble.of(time)))
          .ifPresent(forecast::setPromotedP90);
      maximum.ifPresent(time -> forecast.setShownByMaximum(all.by(time)));
    }
  }

  /** Seconds by which a share of releases is promoted; empty: never. */
  private static Optional<Double> promoted(
      Passage all, double least, double share, Optional<Double> maximum, boolean ships) {
    OptionalDouble shown = all.by(least) >= share ? OptionalDouble.of(least) : all.time(share);
    boolean inTime =
        shown.isPresent() && shown.getAsDouble() <= maximum.orElse(Double.POSITIVE_INFINITY);
    if (inTime) {
      return Optional.of(shown.getAsDouble());
    }
    return ships ? maximum : Optional.empty();
  }

  private static AtMaximum atMaximum(StagePlan stage) {
    return switch (stage.atMaximum()) {
      case HOLD -> AtMaximum.AT_MAXIMUM_HOLD;
      case ROLL_BACK -> AtMaximum.AT_MAXIMUM_ROLL_BACK;
      case SHIP -> AtMaximum.AT_MAXIMUM_SHIP;
    };
  }
}
