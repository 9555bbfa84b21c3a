package dev.serin.server.rollout.forecast;

import static java.util.Objects.requireNonNull;

import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.NonInferiority;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.count.ShareBound;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.analysis.planning.EventForecast;
import dev.serin.server.analysis.planning.MeanForecast;
import dev.serin.server.analysis.planning.Passage;
import dev.serin.server.rollout.plan.DecisionPlan;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.MetricPlan.Role;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.StagePlan.AtMaximum;
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
 * shown until now stays: a release that looks worse waits longer. What is not shown by the stage's
 * maximum is not promoted, or at the maximum where it ships. Approximate, as plans' forecasts.
 *
 * <p>Rates by request of common events are taken to pass with their users. A quantile and a success
 * metric that are not shown yet have no forecast, nor has any success metric under a fixed horizon,
 * which looks at it once.
 *
 * @param median time from the look by which half of such runs may be promoted; empty: not known, or
 *     never
 * @param p90 time by which nine in ten may be
 */
public record LiveForecast(Optional<Duration> median, Optional<Duration> p90) {
  /** Nothing can be said. */
  public static final LiveForecast UNKNOWN = new LiveForecast(Optional.empty(), Optional.empty());

  /** Everything that the stage must show is shown: it may be left at once. */
  public static final LiveForecast NOW =
      new LiveForecast(Optional.of(Duration.ZERO), Optional.of(Duration.ZERO));

  /** The longest time that is worth saying. */
  private static final double LONGEST_SECONDS = 365 * 86_400.0;

  /** The interval of an estimate is two-sided at .05: a one-sided one at half of it is as wide. */
  private static final double OF_INTERVAL = 0.025;

  private static final double BOUND_PART = 0.25;
  private static final double SECOND_NANOS = 1e9;

  /** Seconds that are needed for what is shown already. */
  private static final double MOMENT = 1e-3;

  /**
   * How the stage has been going on.
   *
   * @param served time in which users came to it, whether or not it went on; of a stage that was
   *     repeated, since then
   * @param used of its maximum
   * @param kept which part of the users who come sets of users count, above 0 and at most 1: all of
   *     them, until sets are thinned
   */
  public record Passed(Duration served, Duration used, double kept) {
    /**
     * Checks that all is there.
     *
     * @throws IllegalArgumentException where the part is outside its range
     */
    public Passed {
      requireNonNull(served, "served");
      requireNonNull(used, "used");
      if (!(kept > 0 && kept <= 1)) {
        throw new IllegalArgumentException("kept: " + kept + " (expected: above 0, at most 1)");
      }
    }

    /** Where sets count all users. */
    public Passed(Duration served, Duration used) {
      this(served, used, 1);
    }
  }

  /**
   * The forecast of a look.
   *
   * @param metrics of the plan
   * @param passed by the look
   */
  public static LiveForecast of(
      RolloutPlan plan, List<JudgedMetric> metrics, RunEvidence evidence, Passed passed) {
    StagePlan stage = plan.stage(evidence.stage());
    ArmCounts exposed = evidence.data().exposed();
    double served = passed.served().toNanos() / SECOND_NANOS;
    boolean compared = !stage.share().isAll();
    long fewer = compared ? Math.min(exposed.treatment(), exposed.control()) : exposed.treatment();
    if (served <= 0 || fewer == 0) {
      return UNKNOWN;
    }
    List<Passage> needed = new ArrayList<>();
    for (JudgedMetric metric : metrics) {
      if (compared && mustPass(metric, stage)) {
        Optional<Passage> passage = new Look(plan, evidence, metric, passed.kept()).passage();
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
    Passage ofUsers = Passage.all(needed);
    Passage all = time -> ofUsers.by(time * perSecond);
    Optional<Duration> left = stage.maximum().map(maximum -> left(maximum, passed.used()));
    return new LiveForecast(
        time(all, least, 0.5, left, stage.atMaximum()),
        time(all, least, 0.9, left, stage.atMaximum()));
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

  private static Duration left(Duration whole, Duration used) {
    Duration left = whole.minus(used);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * The time by which a share of runs is promoted; empty: never, or too late to be worth saying.
   *
   * @param all what has to be shown, over further seconds
   * @param least seconds, whatever is shown
   * @param left until the maximum; empty: there is none
   */
  private static Optional<Duration> time(
      Passage all, double least, double share, Optional<Duration> left, AtMaximum atMaximum) {
    OptionalDouble shown =
        all.by(Math.max(least, MOMENT)) >= share ? OptionalDouble.of(least) : all.time(share);
    Optional<Duration> promoted =
        shown.isEmpty() || shown.getAsDouble() > LONGEST_SECONDS
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(Math.round(1e3 * shown.getAsDouble())));
    if (left.isEmpty() || promoted.filter(time -> time.compareTo(left.get()) <= 0).isPresent()) {
      return promoted;
    }
    return atMaximum == AtMaximum.SHIP ? left : Optional.empty();
  }

  /** What one metric has shown, and which part of further users its sets will count. */
  private record Look(RolloutPlan plan, RunEvidence evidence, JudgedMetric metric, double kept) {
    /** When it passes, in further users of both arms; empty: not known. */
    Optional<Passage> passage() {
      MetricEvidence seen = evidence.of(metric.plan());
      boolean guardrail = metric.plan().role() == Role.GUARDRAIL;
      // What may be shown at any time passes nothing there: the one look counts.
      if (!guardrail && plan.policy() instanceof DecisionPlan.FixedHorizon) {
        return Optional.empty();
      }
      return switch (seen) {
        case null -> Optional.empty();
        case Events events -> guardrail ? event(events).map(this::ofKept) : Optional.empty();
        case Measured measured when guardrail ? measured.nonInferior() : measured.superior() ->
            Optional.of(time -> 1);
        case Measured measured ->
            guardrail ? measured.estimate().flatMap(this::mean) : Optional.empty();
      };
    }

    /** Of users who are counted in sets, as one of all who come. */
    private Passage ofKept(Passage counted) {
      return more -> counted.by(more * kept);
    }

    /** In further users who are counted. */
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
      // The interval is the run's: as wide as all of its users make it.
      double ofRun = Math.max(users, usersOfRun());
      double error = half / MeanTest.of(within, planned, OF_INTERVAL).standardErrors(ofRun);
      if (!(error > 0 && error < Double.POSITIVE_INFINITY)) {
        return Optional.empty();
      }
      MeanForecast forecast = new MeanForecast(estimate.control(), error * Math.sqrt(ofRun) / 2);
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

    /** Of both arms in equal parts, each once. */
    private double usersOfRun() {
      double users = 0;
      for (SampleRatio.Factor stage : evidence.firstExposures()) {
        users += 2.0 * Math.min(stage.users().get(0), stage.users().get(1));
      }
      return users;
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
