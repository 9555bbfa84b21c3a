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
import dev.serin.server.rollout.forecast.MetricOutlook.MetricPassages;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.List;

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
  /** Share of the control's users with the event above which rates of requests have to pass too. */
  static final double COMMON = 0.02;

  /** A regression for an example: an event that happens to twice as many. */
  private static final double DOUBLED = 2;

  private static final double LARGEST = 1_000;

  /** Of each absolute bound, of alpha_p: two bounds, each a quarter. */
  private static final double BOUND_PART = 0.25;

  private double margin() {
    return metric.plan().margin();
  }

  /** Twice as many, and where the margin allows nearly that, twice the margin more. */
  @Override
  public double example() {
    return Math.max(DOUBLED, MeanPassages.example(margin()));
  }

  @Override
  public double largest() {
    return isHigher() ? LARGEST : Math.max(example(), Math.min(LARGEST, 1 / baseline));
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
      ShareBound bounds = new ShareBound(BOUND_PART * plan.alphaP(), NonInferiority.USUAL_USERS);
      within = Passage.either(within, events.withinAbsolute(absolute, bounds));
    }
    Passage passes = traffic.ofPair(within);
    return baseline > COMMON ? Passage.all(List.of(passes, requests())) : passes;
  }

  /** When the rate by request is within the margin, with one request a user. */
  private Passage requests() {
    MeanForecast rates = new MeanForecast(baseline, Math.sqrt(baseline * (1 - baseline)));
    Direction better = isHigher() ? Direction.HIGHER : Direction.LOWER;
    Claim within = Claim.nonInferiority(better, new Margin.Relative(margin()));
    return traffic.ofSmallPair(rates.shown(within, 1, traffic.planned(), plan.alphaP()));
  }

  @Override
  public Passage finds(double ratio) {
    double alpha = new AlphaShares(plan.alpha(), plan.stages().size()).run(metric.plan().weight());
    return traffic.ofPair(worse(isHigher(), ratio, alpha));
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
