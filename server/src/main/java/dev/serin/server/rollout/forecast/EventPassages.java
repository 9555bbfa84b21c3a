package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.AlphaShares;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.ShareBound;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.planning.EventForecast;
import dev.serin.server.analysis.planning.MeanForecast;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.analysis.planning.SampleSizes;
import dev.serin.server.rollout.forecast.MetricOutlook.MetricPassages;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.List;
import java.util.OptionalDouble;

/**
 * An event: judged by exact tests of users. Where higher is better, arms change places: then worse
 * is a control that has it more often than the treatment.
 *
 * @param plan the rollout
 * @param metric the event
 * @param traffic of the stage
 * @param baseline the control's share of users with it, above 0 and below 1
 */
record EventPassages(RolloutPlan plan, JudgedMetric metric, StageTraffic traffic, double baseline)
    implements MetricPassages {
  /** A regression for an example: an event that happens to twice as many. */
  private static final double DOUBLED = 2;

  private static final double LARGEST = 1_000;

  /** Of each absolute bound, of alpha_p: two bounds, each a quarter. */
  private static final double BOUND_PART = 0.25;

  private double margin() {
    return metric.plan().margin();
  }

  /** Twice as many, and where the margin allows nearly that, twice the margin more; all at most. */
  @Override
  public double example() {
    double usual = Math.max(DOUBLED, MeanPassages.example(margin()));
    return isHigher() ? usual : Math.min(usual, 1 / baseline);
  }

  @Override
  public double largest() {
    return isHigher() ? LARGEST : Math.min(LARGEST, 1 / baseline);
  }

  private boolean isHigher() {
    return MetricOutlook.isHigher(metric.better());
  }

  @Override
  public Passage passes() {
    if (metric.plan().role() == Role.SUCCESS) {
      return traffic.ofPair(worse(!isHigher(), MeanPassages.example(margin()), plan.alphaP()));
    }
    double absolute = metric.absoluteMargin();
    EventForecast events = events(isHigher(), baseline);
    Passage within =
        events.nonInferiority(1, margin(), absolute > 0 ? plan.alphaP() / 2 : plan.alphaP());
    if (absolute > 0) {
      double users = Math.max(NonInferiority.USUAL_USERS, (double) traffic.stage().minimumUsers());
      ShareBound bounds = new ShareBound(BOUND_PART * plan.alphaP(), users);
      within = Passage.either(within, events.withinAbsolute(absolute, bounds));
    }
    Passage passes = traffic.ofPair(within);
    return baseline > JudgedMetric.COMMON_EVENT ? Passage.all(List.of(passes, requests())) : passes;
  }

  /** When the rate by request is within the margin, with one request a user. */
  private Passage requests() {
    MeanForecast rates = new MeanForecast(baseline, Math.sqrt(baseline * (1 - baseline)));
    Direction better = isHigher() ? Direction.HIGHER : Direction.LOWER;
    Claim within = Claim.nonInferiority(better, new Margin.Relative(margin()));
    return traffic.ofSmallPair(rates.shown(within, 1, 2 * plan.plannedUsers(), plan.alphaP()));
  }

  @Override
  public Passage finds(double ratio) {
    double alpha = new AlphaShares(plan.alpha(), plan.stages().size()).run(metric.plan().weight());
    return traffic.ofPair(worse(isHigher(), ratio, alpha));
  }

  @Override
  public OptionalDouble singleLook(SampleSizes sizes) {
    double treatment = traffic.treatmentOfPair();
    double worse = isHigher() ? baseline / example() : baseline * example();
    double controls = sizes.ofSharesByArcsine(baseline, worse, treatment / (1 - treatment));
    return OptionalDouble.of(traffic.secondsOfPair(controls / (1 - treatment)));
  }

  /**
   * When an arm is shown to have the event more often than the other, beyond the margin.
   *
   * @param swapped the control is that arm; else the treatment
   * @param ratio how many times as often; the control's share is the baseline
   */
  private Passage worse(boolean swapped, double ratio, double alpha) {
    return events(swapped, swapped ? baseline / ratio : baseline)
        .regression(ratio, margin(), alpha);
  }

  private EventForecast events(boolean swapped, double share) {
    double treatment = traffic.treatmentOfPair();
    return new EventForecast(swapped ? 1 - treatment : treatment, share);
  }
}
