package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.simulation.World.EventRates;
import dev.serin.server.rollout.simulation.World.ValueShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Means and quantiles through the real tests, policy and machine, and peers on the same draws. */
class MeasuredSimulationTest {
  private static final String STAGES =
      """
      stages:
      - {name: tenth, kind: canary, share: 10, dwell: 5m}
      - {name: most, kind: expand, share: 80, dwell: 5m}
      - {name: full, kind: full, share: 100, dwell: 0s}
      """;
  private static final RolloutPlan MEAN =
      Plans.with(STAGES + "guardrails: [{metric: latency, margin: 0.1}]");
  private static final RolloutPlan TAIL =
      Plans.with(STAGES + "guardrails: [{metric: latency, margin: 0.1, quantile: 0.9}]");

  private static World world(int population, double regressed, Duration onset) {
    return new World(
        100,
        population,
        0,
        List.of(),
        List.of(new ValueShape("latency", 100, 80, regressed, onset)),
        -0.2,
        Optional.empty());
  }

  @Test
  void mean_thatIsSlower_isFoundAndOneThatIsNotIsPromoted() {
    assertFound(MEAN, 0);
    assertFound(MEAN, 5_000);
  }

  @Test
  void quantile_thatIsSlower_isFoundAndOneThatIsNotIsPromoted() {
    assertFound(TAIL, 0);
    assertFound(TAIL, 5_000);
  }

  private static void assertFound(RolloutPlan plan, int population) {
    SimulationResult good = run(plan, world(population, 100, Duration.ZERO));
    assertThat(good.completed()).isEqualTo(10);
    SimulationResult bad = run(plan, world(population, 200, Duration.ZERO));
    assertThat(bad.detected()).isEqualTo(10);
    assertThat(bad.falseAlarms()).isZero();
  }

  private static SimulationResult run(RolloutPlan plan, World world) {
    return new Simulation(plan, world, Duration.ofMinutes(20), 17)
        .run(SimulatedPlan.policy(plan, world), 10, done -> {});
  }

  /** Above one half the compared treatment is as large as the control; users are in it once. */
  @Test
  void values_ofAJumpToFourFifths_areOfArmsOfEqualSize() {
    for (int population : new int[] {0, 5_000}) {
      World world = world(population, 100, Duration.ZERO);
      Traffic traffic = Traffic.of(world, 3, 0, true);
      traffic.begin(new TrafficShare(10, 100));
      seconds(traffic, 0, 200);
      long before = traffic.treatment().compared().firstUsers();
      assertThat(before).isEqualTo(traffic.treatment().compared().users());

      traffic.begin(new TrafficShare(80, 100));
      seconds(traffic, 200, 400);
      double control = traffic.control().compared().users();
      assertThat((double) traffic.treatment().compared().users())
          .isCloseTo(control, within(5 * Math.sqrt(2 * control)));
      assertThat(traffic.treatment().users()).isGreaterThan((long) (2 * control));
      if (population > 0) {
        // Almost all of the tenth were there before, so that only the next tenth are news.
        assertThat(traffic.treatment().compared().firstUsers()).isBetween(350L, 650L);
      }
    }
  }

  private static void seconds(Traffic traffic, int from, int to) {
    for (int second = from; second < to; second++) {
      traffic.second(new Draws(3, 0, second), second);
    }
  }

  @Test
  void values_haveTheWorldsMeanAndDeviation() {
    World world =
        new World(
            100,
            0,
            0,
            List.of(),
            List.of(new ValueShape("latency", 100, 80, 150, Duration.ofSeconds(50))),
            0,
            Optional.empty());
    Traffic traffic = Traffic.of(world, 3, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    seconds(traffic, 50, 450);
    double mean = traffic.treatment().moments(0).sum() / traffic.treatment().requests();
    assertThat(mean).isCloseTo(150, within(4 * 120 / Math.sqrt(20_000)));
    double variance =
        traffic.control().moments(0).squaredDeviations() / traffic.control().requests();
    assertThat(Math.sqrt(variance)).isCloseTo(80, within(8.0));
  }

  /** Events do not depend on whether a world has values too. */
  @Test
  void events_besideValues_areTheSame() {
    List<EventRates> events = List.of(new EventRates("errors", 0.05, 0.05, Duration.ZERO));
    World without = new World(100, 0, 0, events, 0, Optional.empty());
    World with =
        new World(100, 0, 0, events, world(0, 100, Duration.ZERO).values(), 0, Optional.empty());
    assertThat(eventUsers(with)).isEqualTo(eventUsers(without)).isPositive();
  }

  private static long eventUsers(World world) {
    Traffic traffic = Traffic.of(world, 3, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    seconds(traffic, 0, 100);
    return 1_000_000 * traffic.treatment().eventUsers(0) + traffic.control().eventUsers(0);
  }

  /** Welch's t, in the direction of the metric, from the two arms' values. */
  @Test
  void peers_ofAMean_testAndCompareTheMetricItself() {
    World slower = world(0, 130, Duration.ZERO);
    SimulatedPlan lower = SimulatedPlan.of(MEAN, slower);
    assertThat(says(Peers.peeked(1_000, 0.05), lower, slower)).isEqualTo(Action.ROLL_BACK);
    assertThat(Peers.usualThreshold(lower, slower)).isCloseTo(110, within(1e-9));
    assertThat(says(Peers.argo(110, 0, 60), lower, slower)).isEqualTo(Action.ROLL_BACK);
    assertThat(says(Peers.flagger(140, 1, 60), lower, slower)).isEqualTo(Action.PROMOTE);

    RolloutPlan spent =
        Plans.with(STAGES + "guardrails: [{metric: latency, margin: 0.25, better: higher}]");
    SimulatedPlan higher = SimulatedPlan.of(spent, slower);
    assertThat(says(Peers.peeked(1_000, 0.05), higher, slower)).isEqualTo(Action.PROMOTE);
    assertThat(Peers.usualThreshold(higher, slower)).isCloseTo(80, within(1e-9));
    assertThat(says(Peers.argo(80, 0, 60), higher, slower)).isEqualTo(Action.PROMOTE);
    assertThat(says(Peers.argo(140, 0, 60), higher, slower)).isEqualTo(Action.ROLL_BACK);
  }

  @Test
  void peers_ofAQuantile_compareIt() {
    World slower = world(0, 200, Duration.ZERO);
    SimulatedPlan plan = SimulatedPlan.of(TAIL, slower);
    // Lognormal: 100 exp(s z - s²/2), s² = ln 1.64, z = 1.28155; a tenth above it.
    assertThat(Peers.usualThreshold(plan, slower)).isCloseTo(211.56, within(0.01));
    assertThat(says(Peers.argo(211.4, 0, 60), plan, slower)).isEqualTo(Action.ROLL_BACK);
    assertThat(says(Peers.peeked(1_000, 0.05), plan, slower)).isEqualTo(Action.ROLL_BACK);
    World same = world(0, 100, Duration.ZERO);
    assertThat(says(Peers.peeked(1_000, 1e-4), plan, same)).isEqualTo(Action.PROMOTE);
  }

  /** After five minutes of half the users. */
  private static Action says(SimulatedJudge.Kind kind, SimulatedPlan plan, World world) {
    Traffic traffic = Traffic.of(world, 3, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    seconds(traffic, 0, 300);
    return kind.begin(plan, world).judge(PeersTest.look(300, traffic)).action();
  }

  /** Errors of one user in ten are shown to be within their margin, whoever the requests are of. */
  @Test
  void runs_ofACommonEvent_arePromotedWhereUsersComeAgainToo() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: test, kind: ab_test, share: 25, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            guardrails: [{metric: errors}]
            """);
    EventRates rates = new EventRates("errors", 0.1, 0.1, Duration.ZERO);
    for (int population : new int[] {0, 40_000}) {
      World world = new World(200, population, 0, List.of(rates), 0, Optional.empty());
      SimulationResult result =
          new Simulation(plan, world, Duration.ofHours(1), 4)
              .run(SimulatedPlan.policy(plan, world), 5, done -> {});
      assertThat(result.completed()).as("population %s", population).isEqualTo(5);
    }
  }

  @Test
  void horizon_usually_hasMaximaAndBakeTimes() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: test, kind: ab_test, share: 25, dwell: 10m, maximum: 2h, gates: [{bake: 30m}]}
            - {name: half, kind: expand, share: 50, dwell: 1h}
            - {name: full, kind: full, share: 100, dwell: 0s}
            guardrails: [{metric: latency}]
            """);
    World world = world(0, 100, Duration.ZERO);
    assertThat(SimulatedPlan.of(plan, world).usualHorizon()).isEqualTo(Duration.ofMinutes(270));
    assertThat(SimulatedPlan.of(MEAN, world).usualHorizon()).isEqualTo(Duration.ofHours(1));
  }
}
