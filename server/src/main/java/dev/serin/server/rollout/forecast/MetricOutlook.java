package dev.serin.server.rollout.forecast;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.ShareBound;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.planning.EventForecast;
import dev.serin.server.analysis.planning.MeanForecast;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.v1.MetricForecast;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * What is to be expected of one metric in one stage below all.
 *
 * @param plan the rollout
 * @param stage one of its stages, with a control
 * @param usersPerSecond new users that reach the split
 */
record MetricOutlook(RolloutPlan plan, StagePlan stage, double usersPerSecond) {
  /** Absolute margin of an event where the rollout says none, in shares of users. */
  private static final double USUAL_ABSOLUTE_MARGIN = 0.001;

  /** A regression for an example: an event that happens to twice as many. */
  private static final double DOUBLED = 2;

  /** Of a mean: worse by twice the margin, and where there is none by so much. */
  private static final double USUAL_CHANGE = 0.1;

  /** Share of cases in which the smallest regression that is told of is found. */
  private static final double POWER = 0.8;

  private static final double LARGEST_REGRESSION = 1_000;

  /** The longest time that is worth saying: ten years. */
  private static final double LONGEST_SECONDS = 3650 * 86_400.0;

  private static final double MILLIS = 1_000;

  /** Of each absolute bound, of alpha_p: two bounds, each a quarter. */
  private static final double BOUND_PART = 0.25;

  MetricForecast of(MetricPlan metric, Baseline baseline) {
    return switch (baseline) {
      case Baseline.Event(double share) -> ofEvent(metric, share);
      case Baseline.Mean(double mean, double deviation) ->
          ofMean(metric, new MeanForecast(mean, deviation));
    };
  }

  /** The metric without a forecast, and why. */
  MetricForecast missing(MetricPlan metric, String why) {
    return begin(metric).setMissing(why).build();
  }

  private double share() {
    return stage.share().fraction();
  }

  private MetricForecast ofEvent(MetricPlan metric, double baseline) {
    if (direction(metric) == Direction.HIGHER) {
      return ofMean(metric, new MeanForecast(baseline, Math.sqrt(baseline * (1 - baseline))));
    }
    // Below one half the control is as large as the treatment; above it, all the others are.
    double rho = Math.max(0.5, share());
    double usersOfPair = usersPerSecond * (share() > 0.5 ? 1 : 2 * share());
    EventForecast events = new EventForecast(rho, baseline);
    MetricForecast.Builder forecast = begin(metric);
    if (metric.role() == Role.SUCCESS) {
      double improved = 1 / (1 + 2 * change(metric));
      return passes(
              forecast,
              new MeanForecast(baseline, Math.sqrt(baseline * (1 - baseline)))
                  .shown(superiority(metric), improved, planned(), plan.alphaP()),
              usersOfSmallPair())
          .build();
    }
    double absolute = metric.statedAbsoluteMargin().orElse(USUAL_ABSOLUTE_MARGIN);
    Passage within =
        events.nonInferiority(1, metric.margin(), absolute > 0 ? plan.alphaP() / 2 : plan.alphaP());
    if (absolute > 0) {
      ShareBound bounds = new ShareBound(BOUND_PART * plan.alphaP(), NonInferiority.USUAL_USERS);
      within = Passage.either(within, events.withinAbsolute(absolute, bounds));
    }
    passes(forecast, within, usersOfPair);
    if (metric.weight() > 0) {
      double alpha = new AlphaShares(plan.alpha(), plan.stages().size()).run(metric.weight());
      finds(
          forecast,
          DOUBLED,
          ratio -> events.regression(ratio, metric.margin(), alpha),
          Math.min(LARGEST_REGRESSION, 1 / baseline),
          usersOfPair);
    }
    return forecast.build();
  }

  private MetricForecast ofMean(MetricPlan metric, MeanForecast means) {
    MetricForecast.Builder forecast = begin(metric);
    Direction better = direction(metric);
    double towards = better == Direction.LOWER ? 1 : -1;
    Margin margin = new Margin.Relative(metric.margin());
    if (metric.role() == Role.SUCCESS) {
      double twice = 1 + 2 * change(metric);
      double improved = towards > 0 ? 1 / twice : twice;
      return passes(
              forecast,
              means.shown(superiority(metric), improved, planned(), plan.alphaP()),
              usersOfSmallPair())
          .build();
    }
    passes(
        forecast,
        means.shown(Claim.nonInferiority(better, margin), 1, planned(), plan.alphaP()),
        usersOfSmallPair());
    if (metric.weight() > 0) {
      double alpha = Math.min(0.49, metric.weight() * plan.alpha());
      Claim worse = Claim.regression(better, margin);
      finds(
          forecast,
          1 + 2 * change(metric),
          // Of a metric that is to be high a regression by r is the r-th part.
          ratio -> means.shown(worse, towards > 0 ? ratio : 1 / ratio, planned(), alpha),
          LARGEST_REGRESSION,
          usersOfSmallPair());
    }
    return forecast.build();
  }

  private static Direction direction(MetricPlan metric) {
    return metric
        .better()
        .orElse(metric.role() == Role.SUCCESS ? Direction.HIGHER : Direction.LOWER);
  }

  private static Claim superiority(MetricPlan metric) {
    return Claim.superiority(direction(metric), new Margin.Relative(metric.margin()));
  }

  private static double change(MetricPlan metric) {
    return metric.margin() > 0 ? metric.margin() : USUAL_CHANGE;
  }

  /** Users of two arms of the smaller one's size, for each second. */
  private double usersOfSmallPair() {
    return usersPerSecond * 2 * Math.min(share(), 1 - share());
  }

  private double dwellSeconds() {
    return stage.dwell().toNanos() / 1e9;
  }

  private long planned() {
    return Math.max(1, Math.round(usersOfSmallPair() * dwellSeconds()));
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
        .setMustPass(mustPass && !metric.dryRun());
  }

  private MetricForecast.Builder passes(
      MetricForecast.Builder forecast, Passage passage, double usersOfSecond) {
    seconds(passage.time(0.5), usersOfSecond).ifPresent(it -> forecast.setPassesMedian(time(it)));
    seconds(passage.time(0.9), usersOfSecond).ifPresent(it -> forecast.setPassesP90(time(it)));
    return forecast.setPassesByDwell(passage.by(usersOfSecond * dwellSeconds()));
  }

  private void finds(
      MetricForecast.Builder forecast,
      double example,
      DoubleFunction<Passage> regression,
      double largest,
      double usersOfSecond) {
    Passage passage = regression.apply(example);
    double users = usersOfSecond * dwellSeconds();
    forecast.setRegression(example);
    seconds(passage.time(0.5), usersOfSecond).ifPresent(it -> forecast.setFoundMedian(time(it)));
    seconds(passage.time(0.9), usersOfSecond).ifPresent(it -> forecast.setFoundP90(time(it)));
    forecast.setFoundByDwell(passage.by(users));
    if (regression.apply(largest).by(users) >= POWER) {
      double low = 1;
      double high = largest;
      while (high / low > 1.001) {
        double middle = Math.sqrt(low * high);
        if (regression.apply(middle).by(users) < POWER) {
          low = middle;
        } else {
          high = middle;
        }
      }
      forecast.setSmallest(high);
    }
  }

  /** Seconds until so many users have come; empty: too long to be said. */
  private static OptionalDouble seconds(OptionalDouble users, double usersOfSecond) {
    double seconds = users.orElse(Double.POSITIVE_INFINITY) / usersOfSecond;
    return seconds > LONGEST_SECONDS ? OptionalDouble.empty() : OptionalDouble.of(seconds);
  }

  private static Duration time(double seconds) {
    return Durations.fromMillis(Math.round(seconds * MILLIS));
  }
}
