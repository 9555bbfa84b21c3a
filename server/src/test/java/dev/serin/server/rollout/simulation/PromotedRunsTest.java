package dev.serin.server.rollout.simulation;

import static dev.serin.server.rollout.simulation.PlayedRuns.RUNS;
import static dev.serin.server.rollout.simulation.PlayedRuns.most;
import static dev.serin.server.rollout.simulation.PlayedRuns.play;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whole runs that have to show that they are within a margin, through judge and machine, and are
 * exactly at it: statistics.md C3 (viii). A canary without fault, then a stage under {@code
 * non_inferior} with whose start the regression begins, a look each second; minutes go by until
 * runs are left that are neither rolled back nor promoted. Runs without an effect show that a stage
 * of the same plan can be left. Fixed seeds, bounds at three standard errors.
 */
class PromotedRunsTest {
  private static final Duration CANARY = Duration.ofMinutes(1);
  private static final Duration HORIZON = Duration.ofMinutes(5);

  /** Of those without an effect. */
  private static final int FEW = 100;

  private static RolloutPlan plan(String guardrail) {
    return Plans.with(
        """
        stages:
        - {name: tenth, kind: canary, share: 10, dwell: 1m}
        - {name: test, kind: ab_test, share: 50, dwell: 1m}
        - {name: full, kind: full, share: 100, dwell: 0s}
        guardrails: [%s]
        """
            .formatted(guardrail));
  }

  private static World ofEvent(
      double requests, int population, double variation, double rate, double times) {
    return new World(
        requests,
        population,
        variation,
        List.of(new EventRates("errors", rate, rate * times, CANARY)),
        0,
        Optional.empty());
  }

  private static World ofValues(int population, double deviation, double times) {
    return new World(
        60,
        population,
        0,
        List.of(),
        List.of(new ValueShape("latency", 100, deviation, 100 * times, CANARY)),
        0,
        Optional.empty());
  }

  /** What is at its margin is not beyond it: it is not rolled back either. */
  private static void assertHeldUp(RolloutPlan plan, World atMargin, World same, int passes) {
    SimulationResult bad = play(plan, atMargin, HORIZON, RUNS);
    assertThat(bad.falsePromotions()).as("promoted at the margin").isLessThanOrEqualTo(most());
    assertThat(bad.completed()).isEqualTo(bad.falsePromotions());
    assertThat(bad.falseAlarms()).as("rolled back at the margin").isLessThanOrEqualTo(most());
    assertThat(play(plan, same, HORIZON, FEW).completed())
        .as("promoted without an effect")
        .isGreaterThanOrEqualTo(passes);
  }

  @Test
  void runs_ofAnEventAtItsMargin_arePromotedAtMostAsStated() {
    RolloutPlan plan = plan("{metric: errors, margin: 0.5, absolute_margin: 0}");
    assertHeldUp(plan, ofEvent(100, 0, 0, 0.018, 1.5), ofEvent(100, 0, 0, 0.018, 1), 75);
  }

  @Test
  void runs_ofAMeanAtItsMargin_arePromotedAtMostAsStated() {
    RolloutPlan plan = plan("{metric: latency, margin: 0.25}");
    assertHeldUp(plan, ofValues(6_000, 120, 1.25), ofValues(6_000, 120, 1), 95);
  }

  @Test
  void runs_ofAQuantileAtItsMargin_arePromotedAtMostAsStated() {
    RolloutPlan plan = plan("{metric: latency, margin: 0.25, quantile: 0.9}");
    assertHeldUp(plan, ofValues(0, 60, 1.25), ofValues(0, 60, 1), 95);
  }

  /**
   * Users who come again and differ, of whom many err: with twice the errors not twice as many
   * users have one after some minutes, but the rate by request is exactly at its margin.
   */
  @Test
  void runs_ofARateByRequestAtItsMargin_arePromotedAtMostAsStated() {
    RolloutPlan plan = plan("{metric: errors, margin: 1, absolute_margin: 0}");
    assertHeldUp(plan, ofEvent(60, 2_000, 0.5, 0.1, 2), ofEvent(60, 2_000, 0.5, 0.1, 1), 95);
  }

  /** Half a minute into the stage that has to show its margin, and half a minute before its end. */
  @Test
  void runs_thatGetWorseInTheStage_areRolledBackAndHardlyEverPromoted() {
    RolloutPlan plan = plan("{metric: errors, margin: 0.5, absolute_margin: 0}");
    Duration late = CANARY.plusSeconds(30);
    World worse = World.of(100, new EventRates("errors", 0.015, 0.15, late));
    SimulationResult result = play(plan, worse, HORIZON, RUNS);

    assertThat(result.falsePromotions()).isLessThanOrEqualTo(most());
    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.detected()).isGreaterThanOrEqualTo(RUNS * 98 / 100);
  }

  /**
   * An event exactly at its margin in a stage in which sets begin anew twenty times: asked of each
   * generation by itself, far more runs are promoted.
   */
  @Test
  void runs_whoseSetsBeginAnewOften_arePromotedAtMostAsStatedAndWhereNothingIsWorse() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: test, kind: ab_test, share: 50, dwell: 20s}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails: [{metric: errors, margin: 4, absolute_margin: 0}]
            """);
    SimulationResult bad = playAnew(plan, 0.01, RUNS);
    assertThat(bad.falsePromotions()).isLessThanOrEqualTo(most());
    assertThat(playAnew(plan, 0.002, FEW).completed()).isGreaterThanOrEqualTo(95);
  }

  /** Each request is a new user; sets begin anew each twenty seconds. */
  private static SimulationResult playAnew(RolloutPlan plan, double rate, int runs) {
    List<Duration> anew =
        IntStream.rangeClosed(1, 20).mapToObj(i -> Duration.ofSeconds(20L * i)).toList();
    World world = World.of(300, new EventRates("errors", 0.002, rate, Duration.ZERO));
    return play(plan, world, anew, Duration.ofMinutes(7), runs);
  }
}
