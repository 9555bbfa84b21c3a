package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Peers in the worlds of the table of statistics C2 (50 requests a second and arm, errors of 0.5 %
 * that become what the row says, three hours, 600 runs): their figures come out of their rules.
 */
class SimulationTest {
  private static final RolloutPlan HALF =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 3h}
          - {name: full, kind: full, share: 100, dwell: 0s}
          guardrails: [{metric: errors, margin: 0}]
          """);

  private static final Duration THREE_HOURS = Duration.ofHours(3);
  private static final int RUNS = 200;

  @Test
  void peers_tenfoldErrors_takeTheirMinutes() {
    World world = errors(0.05);

    assertThat(median(world, Peers.argo(0.01, 0, 60))).isEqualTo(60);
    assertThat(median(world, Peers.argo(0.01, 3, 60))).isEqualTo(240);
    assertThat(median(world, Peers.flagger(0.01, 1, 60))).isEqualTo(120);
    assertThat(median(world, Peers.flagger(0.01, 5, 60))).isEqualTo(360);
    assertThat(median(world, Peers.flagger(0.01, 10, 60))).isEqualTo(660);
  }

  @Test
  void peers_twiceTheErrors_takeLonger() {
    World world = errors(0.01);

    // The published medians and 90 % points; a minute is the step of their checks.
    SimulationResult argo = run(world, Peers.argo(0.01, 0, 60));
    assertThat(argo.medianToDetect().orElseThrow().toSeconds()).isBetween(60L, 120L);
    assertThat(argo.p90ToDetect().orElseThrow().toSeconds()).isBetween(180L, 300L);
    SimulationResult third = run(world, Peers.argo(0.01, 3, 60));
    assertThat(third.medianToDetect().orElseThrow().toSeconds()).isBetween(420L, 540L);
    assertThat(third.p90ToDetect().orElseThrow().toSeconds()).isBetween(660L, 840L);
    SimulationResult flagger = run(world, Peers.flagger(0.01, 10, 60));
    assertThat(flagger.medianToDetect().orElseThrow().toSeconds()).isBetween(1_140L, 1_380L);
  }

  @Test
  void peers_nothingWorse_alarmAsOftenAsPublished() {
    World world = errors(0.005);

    // .052 of the runs, plus or minus three standard errors of 200.
    assertThat(run(world, Peers.argo(0.01, 0, 60)).falseAlarms()).isBetween(1, 20);
    assertThat(run(world, Peers.argo(0.01, 3, 60)).falseAlarms()).isZero();
    SimulationResult few =
        new Simulation(HALF, World.of(10, rates(0.005, 0.005, 0)), THREE_HOURS, 5)
            .run(Peers.argo(0.01, 0, 60), 50, done -> {});
    assertThat(few.falseAlarms()).as("with 5 requests a second and arm").isEqualTo(50);
    SimulationResult peeked = run(world, Peers.peeked(1_000, 0.05));
    // .26 of the runs two-sided with looks each 5 s: half of them on the worse side.
    assertThat(peeked.falseAlarms()).isBetween(14, 60);
    SimulationResult once = run(world, Peers.fixedHorizon(1_000, 0.05));
    assertThat(once.falseAlarms()).as("one look, one side: .025").isLessThanOrEqualTo(14);
    assertThat(once.completed()).isEqualTo(RUNS - once.falseAlarms());
  }

  @Test
  void outage_ofBothArms_abortsWhoeverDoesNotCompare() {
    World world =
        new World(
            100,
            0,
            0,
            List.of(rates(0.005, 0.005, 0)),
            0,
            Optional.of(new Outage(Duration.ofHours(1), Duration.ofMinutes(10), 0.05)));

    assertThat(run(world, Peers.argo(0.01, 3, 60)).falseAlarms()).isEqualTo(RUNS);
    assertThat(run(world, Peers.flagger(0.01, 10, 60)).falseAlarms()).isEqualTo(RUNS);
    assertThat(run(world, Peers.fixedHorizon(1_000, 0.05)).falseAlarms()).isLessThanOrEqualTo(14);
  }

  @Test
  void onset_later_isCountedFrom() {
    World world = World.of(100, rates(0.001, 0.2, 1_800));
    SimulationResult result = run(world, Peers.flagger(0.01, 1, 60));

    assertThat(result.falseAlarms()).isZero();
    assertThat(result.detected()).isEqualTo(RUNS);
    assertThat(result.medianToDetect()).contains(Duration.ofMinutes(2));
  }

  @Test
  void goodRun_throughGatesAndStages_isCompletedAndWorseOnesArePromotedFalsely() {
    RolloutPlan plan =
        Plans.with(
            """
            template: gate-canary-ab-expand
            guardrails: [{metric: errors}]
            stages: [{name: expand, gates: [{bake: 5m}, {webhook: {url: "http://x"}}]}]
            """);
    Simulation good =
        new Simulation(plan, World.of(20, rates(0.01, 0.01, 0)), Duration.ofHours(12), 1);
    Simulation worse =
        new Simulation(plan, World.of(20, rates(0.001, 0.002, 0)), Duration.ofHours(12), 1);

    SimulationResult completed = good.run(Peers.argo(0.5, 0, 60), 5, done -> {});
    assertThat(completed.completed()).isEqualTo(5);
    assertThat(completed.falsePromotions()).isZero();
    assertThat(worse.run(Peers.argo(0.5, 0, 60), 5, done -> {}).falsePromotions()).isEqualTo(5);
  }

  @Test
  void judges_ofTheSameSeed_meetTheSameCounts() {
    World world = errors(0.01);

    assertThat(seen(world, 3)).isEqualTo(seen(world, 3)).isNotEqualTo(seen(world, 4));
    World people = new World(100, 2_000, 3, world.events(), 0, Optional.empty());
    assertThat(seen(people, 3)).isEqualTo(seen(people, 3)).isNotEqualTo(seen(people, 4));
  }

  @Test
  void users_whoComeAgain_areCountedOnceAndDifferPersistently() {
    World world = new World(100, 1_000, 3, List.of(rates(0.05, 0.05, 0)), 0, Optional.empty());
    Traffic traffic = Traffic.of(world, 11, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    for (int second = 0; second < 600; second++) {
      traffic.second(new Draws(11, 0, second), second);
    }
    Tally first = traffic.treatment();
    assertThat(first.users()).isBetween(400L, 600L);
    assertThat(first.requests()).isGreaterThan(20 * first.users());
    assertThat(first.eventUsers(0)).isEqualTo(first.firstEventUsers(0));
    // With equal users all of them would have had the event by now: 1 - .95^30 is .79.
    assertThat(first.eventUsers(0)).isLessThan(first.users() / 2);

    traffic.begin(new TrafficShare(60, 100));
    for (int second = 600; second < 1_200; second++) {
      traffic.second(new Draws(11, 0, second), second);
    }
    Tally second = traffic.treatment();
    assertThat(second.eventUsers(0)).isGreaterThan(2 * second.firstEventUsers(0));
  }

  private static List<Long> seen(World world, long seed) {
    List<Long> seen = new ArrayList<>();
    SimulatedJudge.Kind kind =
        new SimulatedJudge.Kind() {
          @Override
          public String name() {
            return "spy";
          }

          @Override
          public SimulatedJudge begin(SimulatedPlan plan, World world) {
            return look -> {
              seen.add(look.treatment().requests() * 1_000_000 + look.control().events(0));
              return new Verdict(Action.GO_ON, "", "goes on", "");
            };
          }
        };
    new Simulation(HALF, world, Duration.ofMinutes(2), seed).run(kind, 1, done -> {});
    return seen;
  }

  private static long median(World world, SimulatedJudge.Kind judges) {
    SimulationResult result = run(world, judges);
    assertThat(result.detected()).isEqualTo(RUNS);
    return result.medianToDetect().orElseThrow().toSeconds();
  }

  private static SimulationResult run(World world, SimulatedJudge.Kind judges) {
    return new Simulation(HALF, world, THREE_HOURS.plusSeconds(60), 2026)
        .run(judges, RUNS, done -> {});
  }

  private static World errors(double regressed) {
    return World.of(100, rates(0.005, regressed, 0));
  }

  private static EventRates rates(double baseline, double regressed, long onsetSeconds) {
    return new EventRates("errors", baseline, regressed, Duration.ofSeconds(onsetSeconds));
  }
}
