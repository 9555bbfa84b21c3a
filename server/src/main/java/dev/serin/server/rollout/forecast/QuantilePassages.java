package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.analysis.planning.QuantileForecast;
import dev.serin.server.analysis.planning.SampleSizes;
import dev.serin.server.analysis.quantile.QuantileTest;
import dev.serin.server.outcome.aggregate.LogBins;
import dev.serin.server.rollout.forecast.MetricOutlook.MetricPassages;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.OptionalDouble;

/**
 * A quantile: judged on the histograms of arms of equal size in the stage, values taken to be
 * lognormal and each of a user of its own.
 *
 * @param plan the rollout
 * @param metric the quantile
 * @param traffic of the stage
 * @param values its baseline
 */
record QuantilePassages(
    RolloutPlan plan, JudgedMetric metric, StageTraffic traffic, QuantileForecast values)
    implements MetricPassages {
  private static final double LARGEST = 1_000;

  @Override
  public double example() {
    return MeanPassages.example(metric.plan().margin());
  }

  @Override
  public double largest() {
    return LARGEST;
  }

  private Margin margin() {
    double margin = metric.plan().margin();
    return margin > 0 ? new Margin.Relative(margin) : Margin.NONE;
  }

  @Override
  public Passage passes() {
    return shown(Claim.nonInferiority(metric.better(), margin()), 1, plan.alphaP());
  }

  @Override
  public Passage finds(double ratio) {
    double alpha = metric.plan().weight() * plan.alpha() * plan.stageWeight();
    boolean higher = MetricOutlook.isHigher(metric.better());
    return shown(Claim.regression(metric.better(), margin()), higher ? 1 / ratio : ratio, alpha);
  }

  @Override
  public OptionalDouble singleLook(SampleSizes sizes) {
    return OptionalDouble.empty();
  }

  private Passage shown(Claim claim, double ratio, double alpha) {
    QuantileTest test =
        QuantileTest.of(
            metric.plan().quantile(), claim, LogBins.BINS_PER_OCTAVE, plan.plannedUsers(), alpha);
    return traffic.ofSmallPair(values.shown(test, claim, ratio, LogBins.BINS_PER_OCTAVE));
  }
}
