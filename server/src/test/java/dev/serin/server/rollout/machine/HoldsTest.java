package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.ADVANCE;
import static dev.serin.server.rollout.machine.Event.CommandKind.PAUSE;
import static dev.serin.server.rollout.machine.Event.CommandKind.RESUME;
import static dev.serin.server.rollout.machine.Event.CommandKind.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds for what the evidence says, where that comes and goes. */
class HoldsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 10d}
          - {name: full, kind: full, share: 100}
          """);

  private static final Tick FINE = RunOfPlan.tick(Action.GO_ON, Duration.ZERO);
  private static final Tick STALE = RunOfPlan.tick(Action.GO_ON, Duration.ofSeconds(11));

  private static Tick held(String reason) {
    return new Tick(new Verdict(Action.HOLD, reason, reason, ""), Duration.ZERO, SECOND);
  }

  @Test
  void leastHolds_doubleFromTenSecondsToFiveMinutes() {
    assertThat(IntStream.rangeClosed(0, 9).mapToObj(TickRules::leastHold))
        .extracting(Duration::toSeconds)
        .containsExactly(0L, 0L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
    assertThat(TickRules.leastHold(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(5));
  }

  /** A tick each second for a day, in every pattern that could fill a log. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void verdicts_thatComeAndGo_writeFewEntries(int pattern) {
    List<Tick> ticks =
        switch (pattern) {
          case 0 -> List.of(held("srm"), FINE);
          case 1 -> List.of(held("srm"), held("no_traffic"));
          case 2 -> List.of(held("srm"), STALE, FINE, FINE, STALE);
          default -> List.of(held("srm"), FINE, held("signal"), FINE, FINE, STALE, held("leak"));
        };
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START);
    Duration day = Duration.ofDays(1);
    for (int second = 0; second < day.toSeconds(); second++) {
      run.after(SECOND).event(ticks.get(second % ticks.size()));
    }

    long periods = run.log.stream().filter(entry -> entry.reason().startsWith("extended")).count();
    assertThat(run.log.size() - 1 - periods)
        .isGreaterThan(100)
        .isLessThanOrEqualTo(2 * (8 + day.dividedBy(Duration.ofMinutes(5))));
    assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
  }

  @Test
  void hold_thatCameBack_lastsForAWhileAndSaysSo() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START).minutes(1).event(held("srm")).is(Phase.HOLDING, 1);
    run.after(SECOND).event(FINE).is(Phase.RUNNING, 1);
    run.after(SECOND).event(held("srm")).is(Phase.HOLDING, 1);

    run.after(SECOND).event(FINE).is(Phase.HOLDING, 1);
    run.stayedWith("held 2 times in this stage, so for 9 s more: GO_ON");
    run.after(SECOND).event(held("leak")).stayedWith("so for 8 s more: leak");
    run.after(SECOND.multipliedBy(8)).event(FINE).is(Phase.RUNNING, 1);
    assertThat(run.state.times().dwell()).isEqualTo(Duration.ofSeconds(61));
  }

  /** Neither protection nor a person waits for it; the next stage begins with none. */
  @Test
  void hold_thatLasts_standsInNobodysWay() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START);
    for (int i = 0; i < 600; i++) {
      run.after(SECOND).event(i % 2 == 0 ? held("srm") : FINE);
    }
    assertThat(run.state.holds()).isEqualTo(7);
    run.is(Phase.HOLDING, 1);
    RunOfPlan worse = new RunOfPlan(PLAN);
    worse.state = run.state;
    worse.now = run.now;
    RunOfPlan person = new RunOfPlan(PLAN);
    person.state = run.state;
    person.now = run.now;

    worse.tick(Action.ROLL_BACK).is(Phase.ROLLING_BACK, 1);
    person.command(PAUSE).is(Phase.PAUSED, 1).command(RESUME).is(Phase.RUNNING, 1);
    person.command(ADVANCE).is(Phase.RUNNING, 2);
    assertThat(person.state.holds()).isZero();
  }

  @Test
  void maximum_whileAHoldLasts_isReached() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - {name: a, kind: expand, share: 50, dwell: 2m, maximum: 5m, at_maximum: roll_back}
                - {name: full, kind: full, share: 100}
                """));
    run.command(START);
    for (int i = 0; i < 299; i++) {
      run.after(SECOND).event(i % 2 == 0 ? held("srm") : FINE);
    }
    run.is(Phase.HOLDING, 1);

    run.after(SECOND).event(FINE).is(Phase.ROLLING_BACK, 1);
    assertThat(run.log.getLast().reason()).startsWith("reached its maximum of 5 min");
  }
}
