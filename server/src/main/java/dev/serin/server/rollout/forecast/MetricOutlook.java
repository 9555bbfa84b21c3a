package dev.serin.server.rollout.forecast;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.analysis.planning.QuantileForecast;
import dev.serin.server.analysis.planning.SampleSizes;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.v1.FoundAction;
import dev.serin.v1.MetricForecast;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is to be expected of one metric in one stage below all.
 *
 * @param plan the rollout
 * @param stage one of its stages, with a control
 * @param usersPerSecond new users that reach the split
 */
record MetricOutlook(RolloutPlan plan, StagePlan stage, double usersPerSecond) {
  /** Share of cases in which the smallest regression that is told of is found. */
  private static final double POWER = 0.8;

  /** What always being able to look is compared with. */
  private static final SampleSizes SINGLE_LOOK = new SampleSizes(0.05, POWER);

  /** The longest time that is worth saying: ten years. */
  private static final double LONGEST_SECONDS = 3650 * 86_400.0;

  private static final double MILLIS = 1_000;

  /**
   * What is to be expected.
   *
   * @param forecast as a message
   * @param passes when a release without an effect passes, in seconds; empty: there is no forecast
   */
  record Outlook(MetricForecast forecast, Optional<Passage> passes) {}

  Outlook of(ForecastMetric metric) {
    MetricForecast.Builder forecast = begin(metric.plan());
    boolean once =
        metric.plan().role() == Role.SUCCESS && plan.policy() instanceof DecisionPlan.FixedHorizon;
    String missing =
        once ? "judged once, at the end of the dwell, by a classical test" : metric.missing();
    if (!missing.isEmpty()) {
      return new Outlook(forecast.setMissing(missing).build(), Optional.empty());
    }
    StageTraffic traffic = new StageTraffic(stage, usersPerSecond);
    MetricPassages passages =
        switch (metric.baseline().orElseThrow()) {
          case Baseline.Event(double share) ->
              new EventPassages(plan, metric.metric(), traffic, share);
          case Baseline.Mean(double mean, double deviation)
              when metric.metric().kind() == JudgedMetric.Kind.QUANTILE ->
              new QuantilePassages(
                  plan,
                  metric.metric(),
                  traffic,
                  new QuantileForecast(mean, deviation, metric.plan().quantile()));
          case Baseline.Mean(double mean, double deviation) ->
              MeanPassages.of(plan, metric.metric(), traffic, mean, deviation);
        };
    Passage passes = passages.passes();
    time(passes.time(0.5)).ifPresent(forecast::setPassesMedian);
    time(passes.time(0.9)).ifPresent(forecast::setPassesP90);
    forecast.setPassesByDwell(passes.by(traffic.dwellSeconds()));
    if (metric.plan().role() != Role.SUCCESS) {
      finds(forecast, passages, traffic.dwellSeconds());
    }
    return new Outlook(forecast.build(), Optional.of(passes));
  }

  private MetricForecast.Builder begin(MetricPlan metric) {
    boolean mustPass =
        switch (metric.role()) {
          case GUARDRAIL -> stage.promotion() != Promotion.NO_REGRESSION;
          case SUCCESS -> stage.promotion() == Promotion.SUPERIOR;
          case SIGNAL, CIRCUIT_BREAKER -> false;
        };
    return MetricForecast.newBuilder()
        .setMetric(metric.metric())
        .setMargin(metric.margin())
        .setMustPass(mustPass && !metric.dryRun())
        .setFoundAction(foundAction(metric));
  }

  private static FoundAction foundAction(MetricPlan metric) {
    return switch (metric.role()) {
      case SUCCESS -> FoundAction.FOUND_ACTION_UNSPECIFIED;
      case GUARDRAIL, CIRCUIT_BREAKER ->
          metric.dryRun() ? FoundAction.FOUND_ACTION_SHOW : FoundAction.FOUND_ACTION_ROLL_BACK;
      case SIGNAL ->
          metric.dryRun() ? FoundAction.FOUND_ACTION_SHOW : FoundAction.FOUND_ACTION_HOLD;
    };
  }

  private static void finds(MetricForecast.Builder forecast, MetricPassages passages, double end) {
    double example = passages.example();
    Passage found = passages.finds(example);
    forecast.setRegression(example);
    time(found.time(0.5)).ifPresent(forecast::setFoundMedian);
    time(found.time(0.9)).ifPresent(forecast::setFoundP90);
    forecast.setFoundByDwell(found.by(end));
    time(passages.singleLook(SINGLE_LOOK)).ifPresent(forecast::setSingleLook);
    double largest = passages.largest();
    if (passages.finds(largest).by(end) >= POWER) {
      double low = 1;
      double high = largest;
      while (high / low > 1.001) {
        double middle = Math.sqrt(low * high);
        if (passages.finds(middle).by(end) < POWER) {
          low = middle;
        } else {
          high = middle;
        }
      }
      forecast.setSmallest(high);
    }
  }

  /** A time as a message; empty: too long to be said. */
  static Optional<Duration> time(OptionalDouble seconds) {
    return seconds.isEmpty() || seconds.getAsDouble() > LONGEST_SECONDS
        ? Optional.empty()
        : Optional.of(Durations.fromMillis(Math.round(seconds.getAsDouble() * MILLIS)));
  }

  /**
   * When a metric passes and when a regression of it is found, in seconds since the stage began.
   */
  interface MetricPassages {
    /** Of a regression for an example, how many times worse than the control it is. */
    double example();

    /** How many times worse a regression can be at most. */
    double largest();

    /** When a release without an effect passes; of a success metric, one that improves enough. */
    Passage passes();

    /** When a classical test, looked at once, would have enough users to see the example. */
    OptionalDouble singleLook(SampleSizes sizes);

    /** When a regression is found, so many times worse than the control. */
    Passage finds(double ratio);
  }

  /** Whether higher is better. */
  static boolean isHigher(Direction better) {
    return better == Direction.HIGHER;
  }
}
