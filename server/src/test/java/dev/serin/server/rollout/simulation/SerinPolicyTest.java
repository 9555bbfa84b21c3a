package dev.serin.server.rollout.simulation;

import static dev.serin.server.rollout.simulation.PlayedRuns.RUNS;
import static dev.serin.server.rollout.simulation.PlayedRuns.most;
import static dev.serin.server.rollout.simulation.PlayedRuns.play;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.Outage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The real policy through the real machine, in the worlds that statistics names figures for. */
class SerinPolicyTest {
  private static final Duration FOUR_HOURS = Duration.ofHours(4);

  @Test
  void regression_fromTheStart_isRolledBackWithinTheStatedSeconds() {
    // 50 requests a second and arm, .5 % to 5 %: 7 s (90 of a hundred in 12) and 9 s (15).
    SimulationResult plain = run(staged(0), rates(0.05, 0), 300);
    assertThat(plain.detected()).isEqualTo(300);
    assertThat(plain.medianToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(8));
    assertThat(plain.p90ToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(14));
    SimulationResult margin = run(staged(0.25), rates(0.05, 0), 300);
    assertThat(margin.medianToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(10));
    assertThat(margin.p90ToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(17));
  }

  @Test
  void regression_thatBeginsLate_isRolledBackWithinSecondsOfItsOnset() {
    SimulationResult result = run(staged(0), rates(0.05, 607), 60);

    assertThat(result.detected()).isGreaterThanOrEqualTo(57);
    assertThat(result.medianToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(18));
  }

  /** Users who come again and differ, of whom fewer and fewer err. */
  @Test
  void nothingWorse_isCompletedAndRolledBackAtMostAsStated() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: canary, kind: canary, share: 10, dwell: 2m}
            - {name: half, kind: expand, share: 50, dwell: 2m}
            - {name: most, kind: expand, share: 80, dwell: 2m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            guardrails: [{metric: errors, margin: 0}]
            """);
    World people = new World(50, 5_000, 3, List.of(rates(0.02, 0.02, 0)), -6, Optional.empty());
    SimulationResult result = play(plan, people, Duration.ofMinutes(10), RUNS);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(result.completed()).isEqualTo(RUNS - result.falseAlarms());
  }

  @Test
  void freeze_inTheWayOfAStage_delaysItOnly() {
    // Runs start on a Tuesday at 9:00 UTC.
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: half, kind: expand, share: 50, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            guardrails: [{metric: errors}]
            freezes:
            - {from: TUE 09:05, until: TUE 09:30, zone: UTC}
            - {from: THU 00:00, until: FRI 00:00, zone: UTC}
            """);
    World world = World.of(100, rates(0.005, 0));

    assertThat(completed(plan, world, 29)).isZero();
    assertThat(completed(plan, world, 33)).isEqualTo(5);
  }

  private static int completed(RolloutPlan plan, World world, int minutes) {
    return new Simulation(plan, world, Duration.ofMinutes(minutes), 3)
        .run(SimulatedPlan.policy(plan, world), 5, done -> {})
        .completed();
  }

  /** Without a circuit breaker; a limit alone rolls all of them back. */
  @Test
  void outage_ofBothArms_isBlamedOnTheTreatmentAtMostAsStated() {
    RolloutPlan plan = staged(0);
    World world =
        new World(
            100,
            0,
            0,
            List.of(rates(0.005, 0.005, 0)),
            0,
            Optional.of(new Outage(Duration.ofMinutes(3), Duration.ofMinutes(5), 0.05)));
    Duration horizon = Duration.ofMinutes(10);
    SimulationResult result = play(plan, world, horizon, RUNS);
    SimulationResult limit = play(plan, world, Peers.argo(0.01, 3, 60), horizon, 60);

    assertThat(result.falseAlarms()).isLessThanOrEqualTo(most());
    assertThat(limit.falseAlarms()).as("of a limit alone").isEqualTo(60);
  }

  /**
   * Half an hour of the last stage has gone well: by its start alone it would take a minute and a
   * half, by those who come since marks it takes seconds. Without a control nobody waits for one.
   */
  @Test
  void breaker_ofAnOutageLateInTheLastStage_rollsBackWithinSeconds() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: half, kind: expand, share: 50, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 20m, minimum_users: 1000000}
            circuit_breakers: [{metric: errors, limit: 0.02}]
            """);
    SimulationResult result = run(plan, rates(0.3, 2_410), 40);

    assertThat(result.detected()).isEqualTo(40);
    assertThat(result.p90ToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(30));
  }

  /** Users who come again: those of the first minutes hide nothing of those who come then. */
  @Test
  void breaker_ofUsersWhoComeAgain_isAskedOfThoseWhoComeThen() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: half, kind: expand, share: 50, dwell: 30m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            circuit_breakers: [{metric: errors, limit: 0.1}]
            """);
    World quiet = new World(50, 100_000, 1, List.of(rates(0.005, 0.005, 0)), 0, Optional.empty());
    World late = new World(50, 100_000, 1, List.of(rates(0.005, 0.9, 900)), 0, Optional.empty());

    assertThat(
            new Simulation(plan, quiet, FOUR_HOURS, 6)
                .run(SimulatedPlan.policy(plan, quiet), 20, done -> {})
                .completed())
        .isEqualTo(20);
    SimulationResult result =
        new Simulation(plan, late, FOUR_HOURS, 6)
            .run(SimulatedPlan.policy(plan, late), 20, done -> {});
    assertThat(result.detected()).isEqualTo(20);
    assertThat(result.medianToDetect().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(30));
  }

  private static SimulationResult run(RolloutPlan plan, EventRates rates, int runs) {
    World world = World.of(100, rates);
    return new Simulation(plan, world, FOUR_HOURS, 1)
        .run(SimulatedPlan.policy(plan, world), runs, done -> {});
  }

  private static RolloutPlan staged(double margin) {
    return Plans.with(
        """
        stages:
        - {name: half, kind: expand, share: 50, dwell: 1h}
        - {name: more, kind: expand, share: 60, dwell: 1h}
        - {name: most, kind: expand, share: 70, dwell: 1h}
        - {name: full, kind: full, share: 100}
        guardrails: [{metric: errors, margin: %s}]
        """
            .formatted(margin));
  }

  private static EventRates rates(double regressed, long onsetSeconds) {
    return rates(0.005, regressed, onsetSeconds);
  }

  private static EventRates rates(double baseline, double regressed, long onsetSeconds) {
    return new EventRates("errors", baseline, regressed, Duration.ofSeconds(onsetSeconds));
  }
}
