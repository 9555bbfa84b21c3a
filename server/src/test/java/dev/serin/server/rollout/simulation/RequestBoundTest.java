package dev.serin.server.rollout.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.rollout.machine.Period;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.simulation.World.EventRates;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestBoundTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: test, kind: ab_test, share: 25, dwell: 10m}
          - {name: full, kind: full, share: 100, dwell: 1m}
          guardrails: [{metric: errors}]
          """);

  @Test
  void bound_ofMoreUsers_isTighterAndMirrored() {
    RequestBound bound = new RequestBound(true, 0.01);
    Look look = look(10, 100_000);
    double few = bound.worse(look, new ArmCounts(3_000, 3_000), Direction.LOWER).orElseThrow();
    double many = bound.worse(look, new ArmCounts(30_000, 30_000), Direction.LOWER).orElseThrow();

    assertThat(few).isBetween(0.05, 0.2);
    assertThat(many).isLessThan(few / 2);
    double worse = bound.worse(look, new ArmCounts(6_000, 3_000), Direction.LOWER).orElseThrow();
    assertThat(worse).isGreaterThan(1);
    double higher = bound.worse(look, new ArmCounts(3_000, 6_000), Direction.HIGHER).orElseThrow();
    assertThat(higher).isCloseTo(worse, within(1e-9));
  }

  @Test
  void bound_thatNobodyAsksForOrThatIsNotKnown_isEmpty() {
    ArmCounts users = new ArmCounts(3_000, 3_000);
    RequestBound bound = new RequestBound(true, 0.01);

    assertThat(bound.worse(look(9, 100_000), users, Direction.LOWER)).isEmpty();
    assertThat(bound.worse(look(10, 1_000_000), users, Direction.LOWER)).isEmpty();
    assertThat(new RequestBound(false, 0.01).worse(look(10, 100_000), users, Direction.LOWER))
        .isEmpty();
    assertThat(bound.worse(look(10, 100), new ArmCounts(60, 3), Direction.LOWER)).isEmpty();
  }

  /** Errors of one user in ten: without the bound no run would ever be promoted. */
  @Test
  void runs_ofACommonEvent_arePromotedWhereRequestsAreUsers() {
    EventRates rates = new EventRates("errors", 0.1, 0.1, Duration.ZERO);
    assertThat(completed(World.of(200, rates))).isEqualTo(5);
    assertThat(completed(new World(200, 20_000, 0, List.of(rates), 0, Optional.empty()))).isZero();
  }

  private static int completed(World world) {
    return new Simulation(PLAN, world, Duration.ofHours(1), 4)
        .run(SimulatedPlan.policy(PLAN, world), 5, done -> {})
        .completed();
  }

  private static Look look(int minutes, long exposed) {
    Tally tally = new Tally(1);
    tally.addRequests(exposed, exposed, exposed);
    Period period = new Period(0, Simulation.START, Duration.ZERO, PLAN.stage(1).dwell());
    return new Look(
        60L * minutes, 1, PLAN.stage(1), Duration.ofMinutes(minutes), period, tally, tally);
  }
}
