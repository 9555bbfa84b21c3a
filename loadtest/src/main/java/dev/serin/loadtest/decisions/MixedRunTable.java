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
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whole runs of three events, a mean and a p90: five minutes at 10 %, five at 80 %, a look each
 * second, users who differ for good and come again, a base that falls; the same with circuit
 * breakers, and with sets of users that begin anew, as they do where they are thinned; and of one
 * metric each that a stage has to show to be within its margin, and that is exactly at it.
 */
final class MixedRunTable {
  static final String NAME = "mixed";

  private static final double REQUESTS = 30;
  private static final int POPULATION = 6_000;
  private static final double VARIATION = 2;

  /** From which on the classical test is looked at: there are 1 200 users of the control in all. */
  private static final long SAMPLES = 500;

  /** Of rates and values in an hour. */
  private static final double FALLING = -0.3;

  private static final double RATE = 0.01;
  private static final double MEAN = 100;
  private static final double DEVIATION = 120;

  /** Two minutes into the second stage. */
  private static final Duration LATE = Duration.ofMinutes(7);

  private static final String EVENT = "event";

  private static final List<String> METRICS =
      List.of("event-0", "event-1", "event-2", "latency", "tail");

  /** How many times as bad what gets worse becomes. */
  private static final double MANY_TIMES = 10;

  private static final double TWICE = 2;

  /** Hardly more than the share of users with an event at the end of the second stage. */
  private static final String BREAKERS =
      "circuit_breakers: [{metric: event-1, limit: 0.02}, {metric: event-2, limit: 0.05}]\n";

  /** A minute into the second stage. */
  private static final Duration ANEW = Duration.ofMinutes(6);

  private static final Optional<Outage> OUTAGE =
      Optional.of(new Outage(LATE, Duration.ofMinutes(1), 0.3));

  /** A margin, and what is exactly at it. */
  private static final double MARGIN = 0.25;

  private MixedRunTable() {}

  static List<Scenario> scenarios(long seed) {
    return List.of(
        ramp("nothing worse", "event-0", 1, Duration.ZERO, seed),
        ramp("an event worse from minute 7", "event-0", MANY_TIMES, LATE, seed),
        ramp("a mean worse from minute 7", "latency", TWICE, LATE, seed),
        ramp("a p90 worse from minute 7", "tail", TWICE, LATE, seed),
        ramp("a mean worse from the start", "latency", TWICE, Duration.ZERO, seed),
        ramp("a p90 worse from the start", "tail", TWICE, Duration.ZERO, seed),
        breakers("breakers: nothing worse", 1, Optional.empty(), Optional.empty(), seed),
        breakers("breakers: outage of both arms", 1, OUTAGE, Optional.empty(), seed),
        breakers("sets anew: nothing worse", 1, Optional.empty(), Optional.of(ANEW), seed),
        breakers(
            "sets anew: an event worse from minute 7",
            MANY_TIMES,
            Optional.empty(),
            Optional.of(ANEW),
            seed),
        margin("an event at its margin, non_inferior", "event-0", 1 + MARGIN, seed),
        margin("a mean at its margin, non_inferior", "latency", 1 + MARGIN, seed),
        margin("a p90 at its margin, non_inferior", "tail", 1 + MARGIN, seed),
        margin("a mean without effect, non_inferior", "latency", 1, seed),
        margin("a p90 without effect, non_inferior", "tail", 1, seed));
  }

  private static World world(
      int population, Map<String, Double> times, Duration onset, Optional<Outage> outage) {
    List<EventRates> events = new ArrayList<>();
    List<ValueShape> values = new ArrayList<>();
    for (String metric : METRICS) {
      double factor = times.getOrDefault(metric, 1.);
      if (metric.startsWith(EVENT)) {
        events.add(new EventRates(metric, RATE, RATE * factor, onset));
      } else {
        values.add(new ValueShape(metric, MEAN, DEVIATION, MEAN * factor, onset));
      }
    }
    return new World(REQUESTS, population, VARIATION, events, values, FALLING, outage);
  }

  /** Others judge the first metric: the one that gets worse. */
  private static Scenario ramp(String name, String first, double times, Duration onset, long seed) {
    World world = world(POPULATION, Map.of(first, times), onset, Optional.empty());
    return scenario(name, PlanText.plan(ramp(first)), world, Duration.ofMinutes(20), seed);
  }

  /** Of an event that gets worse late; nobody else has circuit breakers, or sets. */
  private static Scenario breakers(
      String name, double times, Optional<Outage> outage, Optional<Duration> anew, long seed) {
    String first = METRICS.getFirst();
    World world = world(POPULATION, Map.of(first, times), LATE, outage);
    SimulatedPlan plan = SimulatedPlan.of(PlanText.plan(ramp(first) + BREAKERS), world);
    SimulatedJudge.Kind judge =
        anew.map(time -> plan.policy(world, List.of(time))).orElseGet(() -> plan.policy(world));
    Simulation simulation = new Simulation(plan, world, Duration.ofMinutes(20), seed);
    return new Scenario(NAME, name, List.of(new Contestant(judge.name(), simulation, judge)));
  }

  private static String ramp(String first) {
    StringBuilder text =
        new StringBuilder(
            """
            stages:
            - {name: tenth, kind: canary, share: 10, dwell: 5m}
            - {name: most, kind: expand, share: 80, dwell: 5m}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails:
            """);
    text.append(guardrail(first, 0));
    METRICS.stream()
        .filter(metric -> !metric.equals(first))
        .forEach(metric -> text.append(guardrail(metric, 0)));
    return text.toString();
  }

  private static Scenario margin(String name, String metric, double times, long seed) {
    String stages =
        """
        stages:
        - {name: test, kind: ab_test, share: 50, dwell: 5m, maximum: 20m}
        - {name: full, kind: full, share: 100, dwell: 0s}
        guardrails:
        """;
    // Of users who come again, shares of users with an event are nearer to each other than rates.
    int population = metric.startsWith(EVENT) ? 0 : POPULATION;
    World world = world(population, Map.of(metric, times), Duration.ZERO, Optional.empty());
    RolloutPlan plan = PlanText.plan(stages + guardrail(metric, MARGIN));
    return scenario(name, plan, world, Duration.ofMinutes(20), seed);
  }

  private static String guardrail(String metric, double margin) {
    return "- {metric: %s, margin: %s%s}\n"
        .formatted(
            metric,
            margin,
            metric.equals("tail")
                ? ", quantile: 0.9"
                : metric.equals("latency") ? "" : ", absolute_margin: 0");
  }

  private static Scenario scenario(
      String name, RolloutPlan plan, World world, Duration horizon, long seed) {
    SimulatedPlan simulated = SimulatedPlan.of(plan, world);
    double threshold = Peers.usualThreshold(simulated, world);
    List<SimulatedJudge.Kind> judges =
        List.of(
            simulated.policy(world),
            Peers.peeked(SAMPLES, 0.05),
            Peers.argo(threshold, 3, 60),
            Peers.flagger(threshold, 10, 60));
    Simulation simulation = new Simulation(simulated, world, horizon, seed);
    return new Scenario(
        NAME,
        name,
        judges.stream().map(judge -> new Contestant(judge.name(), simulation, judge)).toList());
  }
}
