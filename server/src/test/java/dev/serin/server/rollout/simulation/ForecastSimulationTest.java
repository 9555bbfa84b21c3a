package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.protobuf.util.Durations;
import dev.serin.server.rollout.forecast.Baseline;
import dev.serin.server.rollout.forecast.RolloutForecast;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.ValueShape;
import dev.serin.v1.MetricForecast;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a plan is told beforehand is what its runs then take, in a world as forecasts take it. */
class ForecastSimulationTest {
  private static final double REQUESTS = 100;
  private static final int RUNS = 60;
  private static final Baseline ERRORS = new Baseline.Event(0.005);
  private static final Baseline LATENCY = new Baseline.Mean(100, 80);

  private static RolloutPlan plan(String kind, String guardrail) {
    return Plans.with(
        """
        stages:
        - {name: half, kind: %s, share: 50, dwell: 1m}
        - {name: full, kind: full, share: 100, dwell: 0s}
        guardrails: [%s]
        """
            .formatted(kind, guardrail));
  }

  /** A stage that nothing leaves before something is found. */
  private static RolloutPlan longStage(String guardrail) {
    return stage("3h", guardrail);
  }

  private static RolloutPlan stage(String dwell, String guardrail) {
    return Plans.with(
        """
        stages:
        - {name: half, kind: expand, share: 50, dwell: %s}
        - {name: full, kind: full, share: 100, dwell: 0s}
        guardrails: [%s]
        """
            .formatted(dwell, guardrail));
  }

  private static MetricForecast forecast(RolloutPlan plan, Baseline baseline) {
    return RolloutForecast.of(plan, List.of(), REQUESTS, Map.of("metric", baseline), List.of())
        .getStages(0)
        .getMetrics(0);
  }

  private static World world(Baseline baseline, double times) {
    List<EventRates> events =
        baseline instanceof Baseline.Event(double share)
            ? List.of(new EventRates("metric", share, share * times, Duration.ZERO))
            : List.of();
    List<ValueShape> values =
        baseline instanceof Baseline.Mean(double mean, double deviation)
            ? List.of(new ValueShape("metric", mean, deviation, mean * times, Duration.ZERO))
            : List.of();
    return new World(REQUESTS, 0, 0, events, values, 0, Optional.empty());
  }

  @Test
  void example_ofAnEvent_isFoundWhenForecast() {
    assertFound("{metric: metric, margin: 0}", ERRORS);
    assertFound("{metric: metric, margin: 0.25}", ERRORS);
  }

  @Test
  void example_ofAMean_isFoundWhenForecast() {
    assertFound("{metric: metric, margin: 0.1}", LATENCY);
  }

  @Test
  void example_ofAQuantile_isFoundWhenForecast() {
    assertFound("{metric: metric, margin: 0.1, quantile: 0.9}", LATENCY);
    assertFound("{metric: metric, margin: 0.1, quantile: 0.5}", LATENCY);
  }

  private static void assertFound(String guardrail, Baseline baseline) {
    RolloutPlan plan = longStage(guardrail);
    MetricForecast forecast = forecast(plan, baseline);
    World world = world(baseline, forecast.getRegression());
    SimulationResult result =
        new Simulation(plan, world, Duration.ofHours(3), 41)
            .run(SimulatedPlan.policy(plan, world), RUNS, done -> {});
    assertThat(result.detected()).as(guardrail).isEqualTo(RUNS);
    // A quarter, and what a median of sixty runs is known to.
    assertThat(Durations.toMillis(forecast.getFoundMedian()) / 1e3)
        .as("median of " + guardrail)
        .isCloseTo(
            (double) result.medianToDetect().orElseThrow().toSeconds(), withinPercentage(30));
    assertThat(Durations.toMillis(forecast.getFoundP90()) / 1e3)
        .as("p90 of " + guardrail)
        .isCloseTo((double) result.p90ToDetect().orElseThrow().toSeconds(), withinPercentage(35));
  }

  /** Of stages that end at the median, half find the example, and the forecast says so. */
  @Test
  void example_byADwellOfTheMedian_isFoundInHalfOfTheRuns() {
    assertFoundByDwell("{metric: metric, margin: 0}", ERRORS);
    assertFoundByDwell("{metric: metric, margin: 0.1}", LATENCY);
    assertFoundByDwell("{metric: metric, margin: 0.1, quantile: 0.9}", LATENCY);
  }

  private static void assertFoundByDwell(String guardrail, Baseline baseline) {
    long median = forecast(stage("3h", guardrail), baseline).getFoundMedian().getSeconds();
    RolloutPlan plan = stage(median + "s", guardrail);
    MetricForecast forecast = forecast(plan, baseline);
    int runs = 200;
    World world = world(baseline, forecast.getRegression());
    SimulationResult result =
        new Simulation(plan, world, Duration.ofSeconds(median + 2), 47)
            .run(SimulatedPlan.policy(plan, world), runs, done -> {});
    double found = result.detected() / (double) runs;
    // As far as 30 % of the median, which it is known to, is of one to the other; see above.
    assertThat(forecast.getFoundByDwell()).as("forecast of " + guardrail).isCloseTo(.5, within(.1));
    assertThat(found)
        .as("found of " + guardrail)
        .isCloseTo(forecast.getFoundByDwell(), within(.15))
        .isCloseTo(.5, within(.15));
  }

  /** By the forecast's median half of the runs without an effect have left the stage. */
  @Test
  void runsWithoutEffect_leaveTheStageWhenForecast() {
    assertPasses("{metric: metric, margin: 0.5, absolute_margin: 0}", ERRORS);
    assertPasses("{metric: metric, margin: 0.02}", LATENCY);
    assertPasses("{metric: metric, margin: 0.1, quantile: 0.9}", LATENCY);
  }

  private static void assertPasses(String guardrail, Baseline baseline) {
    RolloutPlan plan = plan("ab_test", guardrail);
    MetricForecast forecast = forecast(plan, baseline);
    World world = world(baseline, 1);
    Duration median = Duration.ofMillis(Durations.toMillis(forecast.getPassesMedian()));
    assertThat(median).isGreaterThan(Duration.ofMinutes(2));
    assertThat(completed(plan, world, median.multipliedBy(13).dividedBy(10)))
        .as("soon after the median of " + guardrail)
        .isGreaterThan(RUNS * 9 / 20);
    assertThat(completed(plan, world, median.multipliedBy(7).dividedBy(10)))
        .as("before the median of " + guardrail)
        .isLessThan(RUNS * 11 / 20);
  }

  private static int completed(RolloutPlan plan, World world, Duration horizon) {
    return new Simulation(plan, world, horizon.plusSeconds(2), 43)
        .run(SimulatedPlan.policy(plan, world), RUNS, done -> {})
        .completed();
  }
}
