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
 * How soon who finds what: one stage of half the users for three hours, errors of 0.5 % that become
 * what the row says when it begins, each request a new user, a look each second.
 */
final class DetectionTable {
  static final String NAME = "detection";

  private static final Duration STAGE = Duration.ofHours(3);
  private static final double BASE = 0.005;

  /** Of the documents of Argo and Flagger: 99 % of requests succeed. */
  private static final double ERRORS = Peers.USUAL_ERRORS;

  private static final int MINUTE = 60;
  private static final long SAMPLES = 1_000;
  private static final double SIGNIFICANCE = 0.05;
  private static final double ALPHA = 0.01;

  /** At which the interval is the narrowest; as of tests of a plan that says nothing. */
  private static final long PLANNED_USERS = 20_000;

  /** Requests a second of both arms. */
  private static final double BUSY = 100;

  private static final double QUIET = 10;

  private DetectionTable() {}

  static List<Scenario> scenarios(long seed) {
    Optional<Outage> none = Optional.empty();
    Outage outage = new Outage(Duration.ofHours(1), Duration.ofMinutes(10), 0.05);
    return List.of(
        scenario("0.5 %: nothing worse", world(BUSY, BASE, none), seed),
        scenario("0.65 %", world(BUSY, 0.0065, none), seed),
        scenario("1 %", world(BUSY, 0.01, none), seed),
        scenario("5 %", world(BUSY, 0.05, none), seed),
        scenario("nothing worse, 5 requests/s", world(QUIET, BASE, none), seed),
        scenario("outage of both arms", world(BUSY, BASE, Optional.of(outage)), seed));
  }

  private static World world(double requests, double rate, Optional<Outage> outage) {
    EventRates errors = new EventRates("errors", BASE, rate, Duration.ZERO);
    return new World(requests, 0, 0, List.of(errors), 0, outage);
  }

  private static Scenario scenario(String name, World world, long seed) {
    RolloutPlan none = plan(0);
    RolloutPlan quarter = plan(0.25);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(
        contestant("Serin, no margin", none, world, SimulatedPlan.policy(none, world), seed));
    contestants.add(
        contestant("Serin, 25 %", quarter, world, SimulatedPlan.policy(quarter, world), seed));
    List<SimulatedJudge.Kind> peers =
        List.of(
            Peers.oneTest(ALPHA),
            Peers.multinomial(ALPHA),
            Peers.interval(ALPHA, PLANNED_USERS),
            Peers.peeked(SAMPLES, SIGNIFICANCE),
            Peers.fixedHorizon(SAMPLES, SIGNIFICANCE),
            Peers.argo(ERRORS, 0, MINUTE),
            Peers.argo(ERRORS, 3, MINUTE),
            Peers.flagger(ERRORS, 1, MINUTE),
            Peers.flagger(ERRORS, 5, MINUTE),
            Peers.flagger(ERRORS, 10, MINUTE),
            Peers.kayenta());
    IntStream.range(0, peers.size())
        .mapToObj(i -> contestant(peers.get(i).name(), none, world, peers.get(i), seed))
        .forEach(contestants::add);
    return new Scenario(NAME, name, contestants);
  }

  private static Contestant contestant(
      String name, RolloutPlan plan, World world, SimulatedJudge.Kind judge, long seed) {
    // A minute more, so that who looks at the stage's end has looked.
    Simulation simulation = new Simulation(plan, world, STAGE.plusSeconds(MINUTE), seed);
    return new Contestant(name, simulation, judge);
  }

  private static RolloutPlan plan(double margin) {
    return PlanText.plan(
        """
        stages:
        - {name: half, kind: expand, share: 50, dwell: 3h}
        - {name: full, kind: full, share: 100, dwell: 0s}
        guardrails: [{metric: errors, margin: %s}]
        """
            .formatted(margin));
  }
}
