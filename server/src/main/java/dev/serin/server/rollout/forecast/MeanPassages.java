package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.planning.MeanForecast;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.analysis.planning.SampleSizes;
import dev.serin.server.rollout.forecast.MetricOutlook.MetricPassages;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.OptionalDouble;

/**
 * A mean or a ratio: judged by always-valid intervals of arms of equal size.
 *
 * @param better which direction is
 * @param margin relative; of a success metric the improvement to show
 * @param absoluteMargin in the metric's measure; 0: off
 * @param success whether it is meant to improve
 * @param alpha its share of the run's, above 0 and below 1/2
 * @param alphaP of promotion
 * @param traffic of the stage
 * @param plannedUsers of both arms, that its tests are made for
 * @param means its baseline
 */
record MeanPassages(
    Direction better,
    double margin,
    double absoluteMargin,
    boolean success,
    double alpha,
    double alphaP,
    StageTraffic traffic,
    long plannedUsers,
    MeanForecast means)
    implements MetricPassages {
  /** Where there is no margin, a regression for an example is worse by twice so much. */
  private static final double USUAL_CHANGE = 0.1;

  private static final double LARGEST = 1_000;

  /** The test of a mean is one-sided. */
  private static final double MOST_ALPHA = 0.49;

  static MeanPassages of(
      RolloutPlan plan, JudgedMetric metric, StageTraffic traffic, double mean, double deviation) {
    boolean success = metric.plan().role() == Role.SUCCESS;
    return new MeanPassages(
        metric.better(),
        metric.plan().margin(),
        metric.absoluteMargin(),
        success,
        success ? plan.alphaP() : Math.min(MOST_ALPHA, metric.plan().weight() * plan.alpha()),
        plan.alphaP(),
        traffic,
        2 * plan.plannedUsers(),
        new MeanForecast(mean, deviation));
  }

  /** Twice the margin. */
  static double example(double margin) {
    return 1 + 2 * (margin > 0 ? margin : USUAL_CHANGE);
  }

  @Override
  public double example() {
    return example(margin);
  }

  @Override
  public double largest() {
    return LARGEST;
  }

  @Override
  public Passage passes() {
    Margin relative = new Margin.Relative(margin);
    if (success) {
      double improved = MetricOutlook.isHigher(better) ? example() : 1 / example();
      return shown(Claim.superiority(better, relative), improved, alphaP);
    }
    if (absoluteMargin == 0) {
      return shown(Claim.nonInferiority(better, relative), 1, alphaP);
    }
    Claim absolute = Claim.nonInferiority(better, new Margin.Absolute(absoluteMargin));
    return Passage.either(
        shown(Claim.nonInferiority(better, relative), 1, alphaP / 2),
        shown(absolute, 1, alphaP / 2));
  }

  @Override
  public Passage finds(double ratio) {
    Claim worse = Claim.regression(better, new Margin.Relative(margin));
    return shown(worse, MetricOutlook.isHigher(better) ? 1 / ratio : ratio, alpha);
  }

  @Override
  public OptionalDouble singleLook(SampleSizes sizes) {
    double ratio = MetricOutlook.isHigher(better) ? 1 / example() : example();
    double effect = (ratio - 1) * means.mean() / means.deviation();
    return OptionalDouble.of(traffic.secondsOfSmallPair(2 * sizes.ofMeansByStudent(effect, 1)));
  }

  private Passage shown(Claim claim, double ratio, double share) {
    return traffic.ofSmallPair(means.shown(claim, ratio, plannedUsers, share));
  }
}
