package dev.serin.loadtest.decisions;

import dev.serin.loadtest.decisions.Scenario.Contestant;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.Peers;
import dev.serin.server.rollout.simulation.SimulatedJudge;
import dev.serin.server.rollout.simulation.SimulatedPlan;
import dev.serin.server.rollout.simulation.Simulation;
import dev.serin.server.rollout.simulation.World;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whole runs: stages of 5, 25 and 50 % for ten minutes each, five guardrails without margin, 100
 * requests a second; and of one guardrail that a stage has to show to be within its margin.
 */
final class WholeRunTable {
  static final String NAME = "runs";

  private static final double REQUESTS = 100;
  private static final double BASE = 0.005;
  private static final double WORSE = 0.05;
  private static final int GUARDRAILS = 5;

  /** Users who come again, some six times in a run each. */
  private static final int POPULATION = 30_000;

  /** Users' rates differ by a coefficient of variation of so much. */
  private static final double VARIATION = 3;

  /** Of all rates in an hour. */
  private static final double FALLING = -0.3;

  /** A rate, and one that is exactly a quarter more. */
  private static final double AT_BASE = 0.004;

  private static final double AT_MARGIN = 0.005;

  private WholeRunTable() {}

  static List<Scenario> scenarios(long seed) {
    Optional<Outage> none = Optional.empty();
    Outage outage = new Outage(Duration.ofMinutes(15), Duration.ofMinutes(10), WORSE);
    Duration late = Duration.ofMinutes(15);
    return List.of(
        ramp("nothing worse, new users", world(0, BASE, Duration.ZERO, 0, none), seed),
        ramp("nothing worse, the same users", world(POPULATION, BASE, late, 0, none), seed),
        ramp("nothing worse, rates falling", world(POPULATION, BASE, late, FALLING, none), seed),
        ramp("outage of both arms", world(POPULATION, BASE, late, 0, Optional.of(outage)), seed),
        ramp("worse from the start", world(POPULATION, WORSE, Duration.ZERO, 0, none), seed),
        ramp("worse from minute 15", world(POPULATION, WORSE, late, 0, none), seed),
        jump("from 10 to 80 %, nothing worse", world(POPULATION, BASE, late, 0, none), seed),
        margin("at the margin, non_inferior", AT_MARGIN, seed),
        margin("no effect, non_inferior", AT_BASE, seed));
  }

  /** One of five events gets worse. */
  private static World world(
      int population, double regressed, Duration onset, double drift, Optional<Outage> outage) {
    List<EventRates> events =
        IntStream.range(0, GUARDRAILS)
            .mapToObj(i -> new EventRates("metric-" + i, BASE, i == 0 ? regressed : BASE, onset))
            .toList();
    return new World(REQUESTS, population, population == 0 ? 0 : VARIATION, events, drift, outage);
  }

  private static Scenario ramp(String name, World world, long seed) {
    RolloutPlan plan =
        PlanText.plan(
            """
            stages:
            - {name: canary, kind: canary, share: 5, dwell: 10m}
            - {name: quarter, kind: expand, share: 25, dwell: 10m}
            - {name: half, kind: expand, share: 50, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            """
                + guardrails());
    return scenario(name, plan, world, Duration.ofHours(1), seed);
  }

  private static Scenario jump(String name, World world, long seed) {
    RolloutPlan plan =
        PlanText.plan(
            """
            stages:
            - {name: canary, kind: canary, share: 10, dwell: 10m}
            - {name: most, kind: expand, share: 80, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            """
                + guardrails());
    return scenario(name, plan, world, Duration.ofHours(1), seed);
  }

  private static String guardrails() {
    StringBuilder text = new StringBuilder("guardrails:\n");
    for (int i = 0; i < GUARDRAILS; i++) {
      text.append("- {metric: metric-").append(i).append(", margin: 0}\n");
    }
    return text.toString();
  }

  private static Scenario margin(String name, double rate, long seed) {
    RolloutPlan plan =
        PlanText.plan(
            """
            stages:
            - {name: test, kind: ab_test, share: 50, dwell: 10m, maximum: 2h}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails: [{metric: errors, margin: 0.25, absolute_margin: 0}]
            """);
    World world = World.of(REQUESTS, new EventRates("errors", AT_BASE, rate, Duration.ZERO));
    return scenario(name, plan, world, Duration.ofHours(2), seed);
  }

  private static Scenario scenario(
      String name, RolloutPlan plan, World world, Duration horizon, long seed) {
    List<SimulatedJudge.Kind> judges = new ArrayList<>();
    judges.add(SimulatedPlan.policy(plan, world));
    judges.add(Peers.peeked(1_000, 0.05));
    judges.add(Peers.argo(Peers.USUAL_ERRORS, 3, 60));
    judges.add(Peers.flagger(Peers.USUAL_ERRORS, 10, 60));
    Simulation simulation = new Simulation(plan, world, horizon, seed);
    return new Scenario(
        NAME,
        name,
        judges.stream().map(judge -> new Contestant(judge.name(), simulation, judge)).toList());
  }
}
