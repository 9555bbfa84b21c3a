package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.rollout.simulation.World.EventRates;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Users of the remainder: no evidence there, and no news where arms are not equal any more. */
class ReturningUsersTest {
  private static final World WORLD =
      new World(
          100,
          3_000,
          1,
          List.of(new EventRates("errors", 0.03, 0.03, Duration.ZERO)),
          0,
          Optional.empty());

  @Test
  void jump_fromATenthToFourFifths_raisesNoFalseAlarm() {
    RolloutPlan plan =
        Plans.with(
            """
            stages:
            - {name: tenth, kind: canary, share: 10, dwell: 10m}
            - {name: most, kind: expand, share: 80, dwell: 10m}
            - {name: full, kind: full, share: 100, dwell: 1m}
            guardrails: [{metric: errors, margin: 0}]
            """);

    SimulationResult result =
        new Simulation(plan, WORLD, Duration.ofHours(1), 12)
            .run(SimulatedPlan.policy(plan, WORLD), 40, done -> {});

    // R would roll back, and the ratio of arms hold for good: neither comes to the end.
    assertThat(result.falseAlarms()).isLessThanOrEqualTo(1);
    assertThat(result.completed()).isGreaterThanOrEqualTo(39);
  }

  @Test
  void users_ofTheRemainder_areNewsInEqualArmsAndNotInOthers() {
    assertThat(newsAfterATenth(40).firstUsers()).isGreaterThan(500);
    assertThat(newsAfterATenth(40).firstEventUsers(0)).isGreaterThan(212);
    assertThat(newsAfterATenth(80).firstUsers()).isLessThan(20);
    // Some 346 by the world's rates, and 528 if the remainder's were news.
    assertThat(newsAfterATenth(80).firstEventUsers(0)).isLessThan(430);
  }

  @Test
  void events_ofTheRemainder_areSharedOutAsTheArmsAre() {
    Traffic traffic = afterATenth(80);
    double treated = traffic.treatment().firstEventUsers(0);
    double all = treated + traffic.control().firstEventUsers(0);

    assertThat(all).isGreaterThan(200);
    // Four standard errors.
    assertThat(treated / all).isBetween(0.8 - 1.6 / Math.sqrt(all), 0.8 + 1.6 / Math.sqrt(all));
  }

  /** What circuit breakers ask: who came since, whatever happens to those who came before. */
  @Test
  void usersWithEvent_ofSomeSeconds_areThoseWhoWereFirstSeenThen() {
    World always =
        new World(
            100,
            3_000,
            0,
            List.of(new EventRates("errors", 1, 1, Duration.ZERO)),
            0,
            Optional.empty());
    Traffic traffic = Traffic.of(always, 13, 0, true);
    traffic.begin(new TrafficShare(50, 100));
    long before = 0;
    for (int second = 0; second < 100; second++) {
      before = second == 40 ? traffic.treatment().users() : before;
      traffic.second(new Draws(13, 0, second), second);
    }
    Tally tally = traffic.treatment();
    Tally rare = afterATenth(40).treatment();

    assertThat(before).isPositive();
    assertThat(tally.eventUsersOf(0, 0, 40)).isEqualTo(before);
    assertThat(tally.eventUsersOf(0, 40, 100)).isEqualTo(tally.users() - before).isPositive();
    assertThat(rare.eventUsersOf(0, 300, 600)).isEqualTo(rare.eventUsers(0)).isPositive();
    assertThat(rare.eventUsersOf(0, 0, 300)).as("before the stage").isZero();
  }

  private static Tally newsAfterATenth(int percent) {
    return afterATenth(percent).treatment();
  }

  private static Traffic afterATenth(int percent) {
    Traffic traffic = Traffic.of(WORLD, 13, 0, true);
    run(traffic, 10, 0);
    run(traffic, percent, 300);
    return traffic;
  }

  private static void run(Traffic traffic, int percent, int from) {
    traffic.begin(new TrafficShare(percent, 100));
    for (int second = from; second < from + 300; second++) {
      traffic.second(new Draws(13, 0, second), second);
    }
  }
}
