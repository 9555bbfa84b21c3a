package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whole runs of three events, a mean and a quantile through judge and machine, a look each second,
 * from 10 to 80 % of the users, with circuit breakers and sets of users that begin anew too:
 * statistics.md C3 (viii), lightly; {@code loadtest/run decisions --table mixed} is the heavy one.
 * Fixed seeds, bounds at three standard errors.
 */
class MixedRunsTest {
  private static final double ALPHA = 0.01;
  private static final int POPULATION = 6_000;
  private static final double REQUESTS = 30;

  private static final RolloutPlan RAMP =
      Plans.with(
          """
          stages:
          - {name: tenth, kind: canary, share: 10, dwell: 5m}
          - {name: most, kind: expand, share: 80, dwell: 5m}
          - {name: full, kind: full, share: 100, dwell: 0s}
          guardrails:
          - {metric: event-0, margin: 0}
          - {metric: event-1, margin: 0}
          - {metric: event-2, margin: 0}
          - {metric: latency, margin: 0}
          - {metric: tail, margin: 0, quantile: 0.9}
          """);

  /** Users who differ for good and come again; errors of each event in 1 % of the requests. */
  private static World world(double eventTimes, double valueTimes, Duration onset) {
    List<EventRates> events =
        IntStream.range(0, 3)
            .mapToObj(
                i -> new EventRates("event-" + i, 0.01, 0.01 * (i == 0 ? eventTimes : 1), onset))
            .toList();
    List<ValueShape> values =
        List.of(
            new ValueShape("latency", 100, 120, 100 * valueTimes, onset),
            new ValueShape("tail", 100, 120, 100, onset));
    return new World(REQUESTS, POPULATION, 2, events, values, -0.3, Optional.empty());
  }

  private static SimulationResult run(RolloutPlan plan, World world, int runs) {
    return new Simulation(plan, world, Duration.ofMinutes(30), 20_261_122)
        .run(SimulatedPlan.policy(plan, world), runs, done -> {});
  }

  /** Lightly: fewer requests, no quantile; with circuit breakers, whose limits are hardly kept. */
  private static final RolloutPlan BREAKERS =
      Plans.with(
          """
          stages:
          - {name: tenth, kind: canary, share: 10, dwell: 5m}
          - {name: most, kind: expand, share: 80, dwell: 5m}
          - {name: full, kind: full, share: 100, dwell: 0s}
          guardrails:
          - {metric: event-0, margin: 0}
          - {metric: event-1, margin: 0}
          - {metric: latency, margin: 0}
          circuit_breakers:
          - {metric: event-1, limit: 0.02}
          - {metric: event-2, limit: 0.05}
          """);

  private static World light(double eventTimes, Optional<Outage> outage) {
    World world = world(eventTimes, 1, Duration.ofMinutes(7));
    return new World(
        REQUESTS / 3,
        POPULATION / 3,
        world.variation(),
        world.events(),
        world.values().subList(0, 1),
        world.driftPerHour(),
        outage);
  }

  private static Simulation light(World world) {
    return new Simulation(BREAKERS, world, Duration.ofMinutes(30), 20_261_123);
  }

  @Test
  void runs_withBreakersAndMeans_areRolledBackAtMostAsStated() {
    int runs = 200;
    World world = light(1, Optional.empty());
    SimulationResult result =
        light(world).run(SimulatedPlan.policy(BREAKERS, world), runs, done -> {});

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most(runs));
    assertThat(result.completed()).isGreaterThanOrEqualTo(runs * 95 / 100);
  }

  /** Sets of users begin anew a minute into the second stage: what was shown before goes on. */
  @Test
  void runs_whoseSetsBeginAnew_areRolledBackAtMostAsStatedAndWhereWorse() {
    int runs = 200;
    List<Duration> anew = List.of(Duration.ofMinutes(6));
    World same = light(1, Optional.empty());
    World worse = light(30, Optional.empty());
    SimulationResult result =
        light(same).run(SimulatedPlan.of(BREAKERS, same).policy(same, anew), runs, done -> {});
    SimulationResult late =
        light(worse).run(SimulatedPlan.of(BREAKERS, worse).policy(worse, anew), 20, done -> {});

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most(runs));
    assertThat(result.completed()).isGreaterThanOrEqualTo(runs * 95 / 100);
    assertThat(late.detected()).isGreaterThanOrEqualTo(19);
  }

  /** Guardrails and circuit breakers: a minute in which a third of all requests fail. */
  @Test
  void runs_withAnOutageOfBothArms_areRolledBackAtMostAsStated() {
    int runs = 100;
    Outage outage = new Outage(Duration.ofMinutes(7), Duration.ofMinutes(1), 0.3);
    World world = light(1, Optional.of(outage));
    SimulationResult result =
        light(world).run(SimulatedPlan.policy(BREAKERS, world), runs, done -> {});

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most(runs));
  }

  @Test
  void runs_whereNothingIsWorse_areRolledBackAtMostAsStated() {
    int runs = 50;
    SimulationResult result = run(RAMP, world(1, 1, Duration.ZERO), runs);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most(runs));
    assertThat(result.completed()).isEqualTo(runs - result.falseAlarms());
  }

  /** Three minutes before the end of the last stage with a control. */
  @Test
  void runs_withALateRegression_areRolledBack() {
    Duration late = Duration.ofMinutes(7);
    SimulationResult event = run(RAMP, world(15, 1, late), 10);
    assertThat(event.detected()).isEqualTo(10);
    SimulationResult mean = run(RAMP, world(1, 2.5, late), 10);
    assertThat(mean.detected()).isGreaterThanOrEqualTo(9);
  }

  /** A mean that is worse by exactly its margin, and one that is not. */
  @Test
  void runs_ofAMeanAtItsMargin_arePromotedAtMostAsStated() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: test, kind: ab_test, share: 50, dwell: 5m}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails: [{metric: latency, margin: 0.25}]
            """);
    int runs = 60;
    SimulationResult bad = run(plan, world(1, 1.25, Duration.ZERO), runs);
    assertThat(bad.falsePromotions()).isLessThanOrEqualTo(most(runs));
    assertThat(run(plan, world(1, 1, Duration.ZERO), 10).completed()).isEqualTo(10);
  }

  /**
   * An event exactly at its margin in a stage in which sets begin anew twenty times: asked of each
   * generation by itself, one run in seventeen is promoted.
   */
  @Test
  void runs_whoseSetsBeginAnewOften_arePromotedAtMostAsStatedAndWhereNothingIsWorse() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: test, kind: ab_test, share: 50, dwell: 1m}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails: [{metric: errors, margin: 4, absolute_margin: 0}]
            """);
    int runs = 200;
    SimulationResult bad = runAnew(plan, 0.01, runs);
    assertThat(bad.falsePromotions()).isLessThanOrEqualTo(most(runs));
    assertThat(runAnew(plan, 0.002, 20).completed()).isGreaterThanOrEqualTo(19);
  }

  /** Each request is a new user; sets begin anew each minute. */
  private static SimulationResult runAnew(RolloutPlan plan, double rate, int runs) {
    List<Duration> anew = IntStream.rangeClosed(1, 20).mapToObj(Duration::ofMinutes).toList();
    World world = World.of(100, new EventRates("errors", 0.002, rate, Duration.ZERO));
    return new Simulation(plan, world, Duration.ofMinutes(21), 20_261_124)
        .run(SimulatedPlan.of(plan, world).policy(world, anew), runs, done -> {});
  }

  private static int most(int runs) {
    return (int) Math.floor(runs * ALPHA + 3 * Math.sqrt(runs * ALPHA * (1 - ALPHA)));
  }
}
