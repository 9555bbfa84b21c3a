package dev.serin.server.rollout.forecast;

import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.ShareBound;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.planning.EventForecast;
import dev.serin.server.analysis.planning.MeanForecast;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.Promotion;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.MetricEvidence.Events;
import dev.serin.server.rollout.policy.MetricEvidence.Measured;
import dev.serin.server.rollout.policy.RunEvidence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * When the stage that a run is in is decided, from what it has shown so far: as if both arms were
 * alike from now on, and new users went on to come as they came in the stage. What the arms have
 * shown until now stays: a release that looks worse waits longer. Approximate, as plans' forecasts.
 *
 * <p>Rates by request of common events are taken to pass with their users. A quantile and a success
 * metric that are not shown yet have no forecast.
 *
 * @param median time from the look by which half of such runs may be promoted; empty: not known, or
 *     never
 * @param p90 time by which nine in ten may be
 */
public record LiveForecast(Optional<Duration> median, Optional<Duration> p90) {
  /** Nothing can be said. */
  public static final LiveForecast UNKNOWN = new LiveForecast(Optional.empty(), Optional.empty());

  /** The longest time that is worth saying. */
  private static final double LONGEST_SECONDS = 365 * 86_400.0;

  /** The interval of an estimate is two-sided at .05: a one-sided one at half of it is as wide. */
  private static final double OF_INTERVAL = 0.025;

  private static final double BOUND_PART = 0.25;
  private static final double SECOND_NANOS = 1e9;

  /**
   * The forecast of a look.
   *
   * @param metrics of the plan
   */
  public static LiveForecast of(
      RolloutPlan plan, List<JudgedMetric> metrics, RunEvidence evidence) {
    StagePlan stage = plan.stage(evidence.stage());
    ArmCounts exposed = evidence.data().exposed();
    double served =
        Math.max(evidence.elapsed().toNanos(), evidence.dwelled().toNanos()) / SECOND_NANOS;
    boolean compared = !stage.share().isAll();
    long fewer = compared ? Math.min(exposed.treatment(), exposed.control()) : exposed.treatment();
    if (served <= 0 || fewer == 0) {
      return UNKNOWN;
    }
    List<Passage> needed = new ArrayList<>();
    for (JudgedMetric metric : metrics) {
      if (compared && mustPass(metric, stage)) {
        Optional<Passage> passage = new Look(plan, evidence, metric).passage();
        if (passage.isEmpty()) {
          return UNKNOWN;
        }
        needed.add(passage.get());
      }
    }
    double perSecond = exposed.total() / served;
    double dwell = stage.dwell().minus(evidence.dwelled()).toNanos() / SECOND_NANOS;
    double users = (stage.minimumUsers() - fewer) / (fewer / served);
    double least = Math.max(0, Math.max(dwell, users));
    Passage all = Passage.all(needed);
    return new LiveForecast(time(all, perSecond, least, 0.5), time(all, perSecond, least, 0.9));
  }

  private static boolean mustPass(JudgedMetric metric, StagePlan stage) {
    boolean asked =
        switch (metric.plan().role()) {
          case GUARDRAIL -> stage.promotion() != Promotion.NO_REGRESSION;
          case SUCCESS -> stage.promotion() == Promotion.SUPERIOR;
          case SIGNAL, CIRCUIT_BREAKER -> false;
        };
    return asked && !metric.plan().dryRun();
  }

  private static Optional<Duration> time(
      Passage all, double perSecond, double least, double share) {
    // A moment is needed for what is shown already.
    double soon = Math.max(least, 1e-3);
    OptionalDouble seconds =
        all.by(soon * perSecond) >= share ? OptionalDouble.of(least) : later(all, perSecond, share);
    return seconds.isEmpty() || seconds.getAsDouble() > LONGEST_SECONDS
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.round(1e3 * seconds.getAsDouble())));
  }

  private static OptionalDouble later(Passage all, double perSecond, double share) {
    Passage inSeconds = time -> all.by(time * perSecond);
    return inSeconds.time(share);
  }

  /** What one metric has shown. */
  private record Look(RolloutPlan plan, RunEvidence evidence, JudgedMetric metric) {
    /** When it passes, in further users of both arms; empty: not known. */
    Optional<Passage> passage() {
      MetricEvidence seen = evidence.of(metric.plan());
      boolean guardrail = metric.plan().role() == Role.GUARDRAIL;
      return switch (seen) {
        case null -> Optional.empty();
        case Events events -> guardrail ? event(events) : Optional.empty();
        case Measured measured when guardrail ? measured.nonInferior() : measured.superior() ->
            Optional.of(time -> 1);
        case Measured measured ->
            guardrail ? measured.estimate().flatMap(this::mean) : Optional.empty();
      };
    }

    private Optional<Passage> event(Events events) {
      boolean swapped = MetricOutlook.isHigher(metric.better());
      ArmCounts users = swapped ? events.stage().swapped() : events.stage();
      ArmCounts exposed = swapped ? events.stageExposed().swapped() : events.stageExposed();
      double all = exposed.total();
      if (Math.min(exposed.treatment(), exposed.control()) == 0 || users.total() >= all) {
        return Optional.empty();
      }
      double share = evidence.data().share();
      // Half an event where there is none: it is a rare one.
      double baseline = Math.max(0.5, (double) users.total()) / all;
      EventForecast forecast = new EventForecast(swapped ? 1 - share : share, baseline);
      double absolute = metric.absoluteMargin();
      double alpha = absolute > 0 ? plan.alphaP() / 2 : plan.alphaP();
      Passage relative = forecast.nonInferiority(metric.plan().margin(), alpha, users);
      if (absolute == 0) {
        return Optional.of(relative);
      }
      long minimum = plan.stage(evidence.stage()).minimumUsers();
      ShareBound bounds =
          new ShareBound(
              BOUND_PART * plan.alphaP(), Math.max(NonInferiority.USUAL_USERS, (double) minimum));
      double difference =
          (double) users.treatment() / exposed.treatment()
              - (double) users.control() / exposed.control();
      return Optional.of(
          Passage.either(relative, forecast.withinAbsolute(absolute, bounds, all, difference)));
    }

    private Optional<Passage> mean(Estimate estimate) {
      ArmCounts exposed = evidence.data().exposed();
      // Means are compared in arms of equal size.
      double users = 2.0 * Math.min(exposed.treatment(), exposed.control());
      Optional<Interval> interval = estimate.interval();
      if (interval.isEmpty() || !(estimate.control() > 0)) {
        return Optional.empty();
      }
      long planned = 2 * plan.plannedUsers();
      Margin relative = new Margin.Relative(metric.plan().margin());
      Claim within = Claim.nonInferiority(metric.better(), relative);
      double half = (interval.get().upper() - interval.get().lower()) / 2;
      double error = half / MeanTest.of(within, planned, OF_INTERVAL).standardErrors(users);
      if (!(error > 0 && error < Double.POSITIVE_INFINITY)) {
        return Optional.empty();
      }
      MeanForecast forecast = new MeanForecast(estimate.control(), error * Math.sqrt(users) / 2);
      double absolute = metric.absoluteMargin();
      double alpha = absolute > 0 ? plan.alphaP() / 2 : plan.alphaP();
      Passage passage = shown(forecast, within, planned, alpha, users, estimate);
      if (absolute > 0) {
        Claim byDifference = Claim.nonInferiority(metric.better(), new Margin.Absolute(absolute));
        passage =
            Passage.either(passage, shown(forecast, byDifference, planned, alpha, users, estimate));
      }
      double part = users / exposed.total();
      Passage ofPair = passage;
      return Optional.of(more -> ofPair.by(more * part));
    }

    private static Passage shown(
        MeanForecast forecast,
        Claim claim,
        long planned,
        double alpha,
        double users,
        Estimate estimate) {
      return forecast.shownFrom(
          MeanTest.of(claim, planned, alpha), claim, users, estimate.treatment());
    }
  }
}
