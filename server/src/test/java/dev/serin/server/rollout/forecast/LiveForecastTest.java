package dev.serin.server.rollout.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.protobuf.util.Durations;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.analysis.count.RunProcess;
import dev.serin.server.analysis.count.SampleRatio;
import dev.serin.server.analysis.mean.Claim;
import dev.serin.server.analysis.mean.Margin;
import dev.serin.server.analysis.mean.MeanTest;
import dev.serin.server.rollout.forecast.LiveForecast.Passed;
import dev.serin.server.rollout.plan.JudgedMetric;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.server.rollout.plan.MetricPlan;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.policy.MetricEvidence;
import dev.serin.server.rollout.policy.MetricEvidence.Estimate;
import dev.serin.server.rollout.policy.RunEvidence;
import dev.serin.v1.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Forecasts of runs, from what they have shown. */
class LiveForecastTest {
  private static final double USERS_PER_SECOND = 100;

  private static RolloutPlan plan(String guardrail) {
    return Plans.with(
        """
        stages:
        - {name: half, kind: ab_test, share: 50, dwell: 1m}
        - {name: full, kind: full, share: 100}
        guardrails: [%s]
        """
            .formatted(guardrail));
  }

  private static JudgedMetric judged(RolloutPlan plan, Kind kind) {
    MetricPlan metric = plan.metrics().getFirst();
    return new JudgedMetric(
        metric,
        kind,
        Direction.LOWER,
        JudgedMetric.usualAbsoluteMargin(metric, kind),
        Metric.getDefaultInstance());
  }

  private static LiveForecast forecast(
      RolloutPlan plan, Kind kind, Duration time, MetricEvidence seen) {
    return forecast(plan, kind, new Passed(time, time), evidence(time, List.of(), seen));
  }

  private static LiveForecast forecast(
      RolloutPlan plan, Kind kind, Passed passed, RunEvidence evidence) {
    return LiveForecast.of(plan, List.of(judged(plan, kind)), evidence, passed);
  }

  private static RunEvidence evidence(
      Duration time, List<SampleRatio.Factor> firstExposures, MetricEvidence seen) {
    return evidence(time, exposed(time), firstExposures, seen);
  }

  private static RunEvidence evidence(
      Duration time,
      ArmCounts exposed,
      List<SampleRatio.Factor> firstExposures,
      MetricEvidence seen) {
    DataQuality.Stage data =
        new DataQuality.Stage(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            exposed,
            exposed,
            exposed,
            0.5,
            0,
            exposed.total(),
            0,
            0);
    return new RunEvidence(1, 0, 0, time, time, time, data, firstExposures, Map.of("metric", seen));
  }

  private static ArmCounts exposed(Duration time) {
    long users = Math.round(USERS_PER_SECOND / 2 * time.toSeconds());
    return new ArmCounts(users, users);
  }

  private static MetricEvidence events(Duration time, long treatment, long control) {
    ArmCounts users = new ArmCounts(treatment, control);
    return new MetricEvidence.Events(
        new RunProcess(List.of(new RunProcess.Part(0.5, users))),
        exposed(time),
        users,
        exposed(time),
        OptionalDouble.empty(),
        Optional.empty());
  }

  private static double planned(RolloutPlan plan, Baseline baseline) {
    return Durations.toMillis(
            RolloutForecast.of(
                    plan, List.of(), USERS_PER_SECOND, Map.of("metric", baseline), List.of())
                .getStages(0)
                .getPromotedMedian())
        / 1e3;
  }

  private static double seconds(Optional<Duration> time) {
    return time.orElseThrow().toMillis() / 1e3;
  }

  /**
   * Counts as they are expected change nothing: what is left is the plan's time less what passed.
   */
  @Test
  void event_asExpectedSoFar_takesWhatIsLeftOfThePlan() {
    Duration time = Duration.ofMinutes(5);
    for (String margin : List.of("margin: 0.25, absolute_margin: 0", "margin: 0.25")) {
      RolloutPlan plan = plan("{metric: metric, " + margin + "}");
      // .5 % of 15 000 users in each arm.
      LiveForecast live = forecast(plan, Kind.EVENT, time, events(time, 75, 75));
      double whole = planned(plan, new Baseline.Event(0.005));
      assertThat(whole).isGreaterThan(900);
      assertThat(seconds(live.median()) + 300).isCloseTo(whole, withinPercentage(15));
      assertThat(live.p90().orElseThrow()).isGreaterThan(live.median().orElseThrow());
    }
  }

  /**
   * Of a stage that began with thinned sets the same is counted of four times as many users: they
   * come four times as fast, and one in four of them counts.
   */
  @Test
  void event_ofThinnedSets_takesAsLongAsTheUsersWhoAreCounted() {
    RolloutPlan plan = plan("{metric: metric, margin: 0.25}");
    Duration time = Duration.ofMinutes(5);
    MetricEvidence seen = events(time, 75, 75);
    RunEvidence fourTimes = evidence(time, exposed(time.multipliedBy(4)), List.of(), seen);
    LiveForecast all = forecast(plan, Kind.EVENT, time, seen);
    LiveForecast thinned = forecast(plan, Kind.EVENT, new Passed(time, time, 0.25), fourTimes);

    assertThat(seconds(all.median())).isGreaterThan(300);
    assertThat(seconds(thinned.median())).isCloseTo(seconds(all.median()), withinPercentage(0.1));
    assertThat(seconds(thinned.p90())).isCloseTo(seconds(all.p90()), withinPercentage(0.1));
    assertThatThrownBy(() -> new Passed(time, time, 0))
        .hasMessage("kept: 0.0 (expected: above 0, at most 1)");
  }

  @Test
  void event_thatLooksWorse_takesLongerAndABetterOneLess() {
    RolloutPlan plan = plan("{metric: metric, margin: 0.25, absolute_margin: 0}");
    Duration time = Duration.ofMinutes(10);
    double alike = seconds(forecast(plan, Kind.EVENT, time, events(time, 150, 150)).median());
    double worse = seconds(forecast(plan, Kind.EVENT, time, events(time, 170, 130)).median());
    double better = seconds(forecast(plan, Kind.EVENT, time, events(time, 110, 190)).median());
    assertThat(worse).isGreaterThan(1.3 * alike);
    assertThat(better).as("shown already").isZero();
  }

  @Test
  void mean_asExpectedSoFar_takesWhatIsLeftOfThePlan() {
    RolloutPlan plan = plan("{metric: metric, margin: 0.02}");
    Duration time = Duration.ofMinutes(3);
    double half = half(plan, (double) exposed(time).total());
    MetricEvidence seen = mean(100, half);
    double whole = planned(plan, new Baseline.Mean(100, 80));
    assertThat(whole).isGreaterThan(400);
    assertThat(seconds(forecast(plan, Kind.MEAN, time, seen).median()) + 180)
        .isCloseTo(whole, withinPercentage(15));
    assertThat(seconds(forecast(plan, Kind.MEAN, time, mean(101, half)).median()))
        .isGreaterThan(seconds(forecast(plan, Kind.MEAN, time, seen).median()));
  }

  private static MetricEvidence mean(double treatment, double half) {
    Interval interval = new Interval(treatment - 100 - half, treatment - 100 + half);
    return new MetricEvidence.Measured(
        0,
        false,
        false,
        "",
        Optional.empty(),
        Optional.of(new Estimate(100, treatment, Optional.of(interval))));
  }

  @Test
  void metric_thatIsShownOrNotAskedFor_leavesDwellAndUsers() {
    Duration time = Duration.ofSeconds(20);
    MetricEvidence shown = new MetricEvidence.Measured(0, true, false, "", Optional.empty());
    RolloutPlan asked = plan("{metric: metric, quantile: 0.9}");
    assertThat(forecast(asked, Kind.QUANTILE, time, shown).median())
        .contains(Duration.ofSeconds(40));
    MetricEvidence open = new MetricEvidence.Measured(0, false, false, "", Optional.empty());
    assertThat(forecast(asked, Kind.QUANTILE, time, open)).isEqualTo(LiveForecast.UNKNOWN);

    RolloutPlan users =
        Plans.with(
            """
            stages:
            - {name: half, kind: expand, share: 50, dwell: 1m, minimum_users: 5000}
            - {name: full, kind: full, share: 100}
            guardrails: [{metric: metric}]
            """);
    assertThat(forecast(users, Kind.MEAN, time, open).p90()).contains(Duration.ofSeconds(80));
  }

  /** The interval of a mean is the run's; what the stage must show, it has to show by itself. */
  @Test
  void mean_afterOtherStages_takesAsLongAsWithoutThem() {
    RolloutPlan plan = plan("{metric: metric, margin: 0.02}");
    Duration time = Duration.ofMinutes(3);
    ArmCounts stage = exposed(time);
    ArmCounts before = new ArmCounts(3 * stage.treatment(), 3 * stage.control());
    double alone =
        seconds(
            forecast(plan, Kind.MEAN, time, mean(100, half(plan, (double) stage.total())))
                .median());
    RunEvidence later =
        evidence(
            time,
            List.of(SampleRatio.Factor.even(before), SampleRatio.Factor.even(stage)),
            mean(100, half(plan, (double) (stage.total() + before.total()))));
    assertThat(seconds(forecast(plan, Kind.MEAN, new Passed(time, time), later).median()))
        .isCloseTo(alone, withinPercentage(1));
  }

  /** Half of the interval at 95 %, two-sided, of so many users in arms of equal size. */
  private static double half(RolloutPlan plan, double users) {
    Claim any = Claim.nonInferiority(Direction.LOWER, Margin.NONE);
    double error = 80 * 2 / Math.sqrt(users);
    return error * MeanTest.of(any, 2 * plan.plannedUsers(), 0.025).standardErrors(users);
  }

  /** Users came while it was held, too: no more will come in the time that is left. */
  @Test
  void stage_thatWasHeld_takesItsUsersOverAllOfItsTime() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: half, kind: expand, share: 50, dwell: 1m, minimum_users: 5000}
            - {name: full, kind: full, share: 100}
            guardrails: [{metric: metric}]
            """);
    Duration dwelt = Duration.ofSeconds(20);
    LiveForecast live =
        LiveForecast.of(
            plan,
            List.of(),
            evidence(dwelt, List.of(), events(dwelt, 0, 0)),
            new Passed(Duration.ofSeconds(40), dwelt));
    assertThat(live.median()).contains(Duration.ofSeconds(160));
  }

  @Test
  void stage_withAMaximum_isNotPromotedLaterThanThat() {
    String stages =
        """
        stages:
        - {name: half, kind: expand, share: 50, minimum_users: 5000, dwell: 1m, maximum: 90s%s}
        - {name: full, kind: full, share: 100}
        guardrails: [{metric: metric}]
        """;
    Duration time = Duration.ofSeconds(20);
    RunEvidence seen = evidence(time, List.of(), events(time, 0, 0));
    for (String then : List.of("", ", at_maximum: hold", ", at_maximum: roll_back")) {
      RolloutPlan plan = Plans.with(stages.formatted(then));
      assertThat(LiveForecast.of(plan, List.of(), seen, new Passed(time, time)))
          .as("with 80 s to go of 70: %s", then)
          .isEqualTo(LiveForecast.UNKNOWN);
    }
    RolloutPlan ships = Plans.with(stages.formatted(", at_maximum: ship"));
    assertThat(LiveForecast.of(ships, List.of(), seen, new Passed(time, time)).median())
        .contains(Duration.ofSeconds(70));
    Duration late = Duration.ofSeconds(95);
    assertThat(LiveForecast.of(ships, List.of(), seen, new Passed(time, late)).p90())
        .as("beyond it")
        .contains(Duration.ZERO);
    assertThat(LiveForecast.of(ships, List.of(), seen, new Passed(time, Duration.ZERO)).median())
        .as("with 80 s to go of 90")
        .contains(Duration.ofSeconds(80));
  }

  /** Better at any time is not better at the one look, which may have said no. */
  @Test
  void success_underAFixedHorizon_hasNoForecast() {
    String stages =
        """
        success_metrics: [{metric: metric}]
        guardrails: [{metric: other}]
        stages:
        - {name: half, kind: ab_test, share: 50, dwell: 1m, promote: superior}
        - {name: full, kind: full, share: 100}
        """;
    Duration time = Duration.ofSeconds(20);
    MetricEvidence better = new MetricEvidence.Measured(0, false, true, "", Optional.empty());
    RunEvidence seen = evidence(time, List.of(), better);
    RolloutPlan always = Plans.with(stages);
    RolloutPlan once = Plans.with(stages + "policy: fixed_horizon\n");
    assertThat(LiveForecast.of(always, success(always), seen, new Passed(time, time)).median())
        .contains(Duration.ofSeconds(40));
    assertThat(LiveForecast.of(once, success(once), seen, new Passed(time, time)))
        .isEqualTo(LiveForecast.UNKNOWN);
  }

  private static List<JudgedMetric> success(RolloutPlan plan) {
    return plan.metrics().stream()
        .filter(metric -> metric.role() == MetricPlan.Role.SUCCESS)
        .map(
            metric ->
                new JudgedMetric(
                    metric, Kind.MEAN, Direction.HIGHER, 0, Metric.getDefaultInstance()))
        .toList();
  }

  @Test
  void run_thatNobodyHasReached_hasNone() {
    RolloutPlan plan = plan("{metric: metric}");
    assertThat(forecast(plan, Kind.EVENT, Duration.ZERO, events(Duration.ZERO, 0, 0)))
        .isEqualTo(LiveForecast.UNKNOWN);
  }
}
