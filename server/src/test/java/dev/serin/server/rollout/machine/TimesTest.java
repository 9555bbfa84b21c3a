package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.KILL;
import static dev.serin.server.rollout.machine.Event.CommandKind.PAUSE;
import static dev.serin.server.rollout.machine.Event.CommandKind.RESUME;
import static dev.serin.server.rollout.machine.Event.CommandKind.REVIVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What counts as time in a run, and what the periods of its evidence are measured by. */
class TimesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 20m}
          - {name: full, kind: full, share: 100, gates: [{approval: ann}]}
          """);

  private static final RolloutPlan FROZEN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 20m}
          - {name: full, kind: full, share: 100}
          freezes: [{from: TUE 10:00, until: TUE 14:00, zone: UTC}]
          """);

  /** Ways to serve treatment and control for long without being promoted. */
  enum Wait {
    RUNNING,
    HOLDING,
    PAUSED,
    GATE,
    FROZEN,
    /** The kill switch serves neither: not a minute of it is served time. */
    AFTER_KILL
  }

  private static RunOfPlan waiting(Wait wait) {
    RunOfPlan run = new RunOfPlan(wait == Wait.FROZEN ? FROZEN : PLAN);
    run.command(START).minutes(5);
    return switch (wait) {
      case RUNNING -> run;
      case HOLDING -> run.tick(Action.HOLD);
      case PAUSED -> run.command(PAUSE);
      case GATE, FROZEN -> run.minutes(15).tick(Action.PROMOTE).tick(Action.GO_ON);
      case AFTER_KILL -> run.command(KILL).minutes(600).command(REVIVE);
    };
  }

  @ParameterizedTest
  @EnumSource(Wait.class)
  void periods_whateverTheRunDoes_areOverByServedTime(Wait wait) {
    RunOfPlan run = waiting(wait);
    long served = run.state.seen(run.now, Duration.ZERO).served().toMinutes();
    for (long minute = served; minute < 100; minute++) {
      run.minutes(1).tick(wait == Wait.HOLDING ? Action.HOLD : Action.GO_ON);
    }

    assertThat(run.state.phase()).isEqualTo(phaseOf(wait));
    assertThat(run.state.period().from()).isEqualTo(Duration.ofMinutes(80));
    assertThat(run.state.period().until()).isEqualTo(Duration.ofMinutes(160));
    assertThat(run.state.extensions()).isEqualTo(3);
    assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
  }

  private static Phase phaseOf(Wait wait) {
    return switch (wait) {
      case RUNNING, AFTER_KILL -> Phase.RUNNING;
      case HOLDING, FROZEN -> Phase.HOLDING;
      case PAUSED -> Phase.PAUSED;
      case GATE -> Phase.GATE;
    };
  }

  @Test
  void period_ofAStageWithoutDwell_isTenMinutes() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - {name: half, kind: expand, share: 50}
                - {name: full, kind: full, share: 100}
                """));
    run.command(START);

    assertThat(run.state.period().length()).isEqualTo(Duration.ofMinutes(10));
    run.minutes(9).tick(Action.GO_ON).stayedWith("GO_ON");
    run.minutes(1).tick(Action.GO_ON);
    assertThat(run.effects()).containsExactly(new Effect.BeginPeriod(1, 1));
    assertThat(run.state.period().elapsed(run.state.seen(run.now, Duration.ZERO))).isZero();
  }

  /** Without a control circuit breakers go on watching, paused or not. */
  @Test
  void periods_ofTheLastStage_areOverAsThoseOfOthers() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START).minutes(5).command(CommandKind.PROMOTE).minutes(4).command(PAUSE);
    assertThat(run.state.traffic().isAll()).isTrue();
    assertThat(run.state.period().length()).isEqualTo(Duration.ofMinutes(10));

    run.minutes(6).tick(Action.GO_ON);

    assertThat(run.effects()).containsExactly(new Effect.BeginPeriod(2, 1));
    assertThat(run.state.phase()).isEqualTo(Phase.PAUSED);
    assertThat(run.state.period().from()).isEqualTo(Duration.ofMinutes(10));
    assertThat(run.state.period().until()).isEqualTo(Duration.ofMinutes(20));
    run.command(KILL).minutes(600).command(REVIVE);
    assertThat(run.state.times().served()).as("nobody is served").hasMinutes(10);
    assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
  }

  /** Nothing is served before the first stage, and by no stage after the last. */
  @Test
  void periods_ofARunThatServesNothing_areNeverOver() {
    RunOfPlan pending = new RunOfPlan(PLAN);
    pending.minutes(600).tick(Action.GO_ON);
    RunOfPlan over = new RunOfPlan(PLAN);
    over.command(START).command(CommandKind.PROMOTE).minutes(10).tick(Action.PROMOTE);
    over.is(Phase.COMPLETED, 2).minutes(600).tick(Action.GO_ON);

    for (RunOfPlan run : List.of(pending, over)) {
      assertThat(run.state.extensions()).isZero();
      assertThat(run.state.seen(run.now, Duration.ZERO).served())
          .isEqualTo(run.state.times().served());
    }
    assertThat(pending.state.times().served()).isZero();
  }

  /** What restarts are timed by: an hour that the clock jumps is ten seconds. */
  @Test
  void clock_thatJumpsAhead_isTenSecondsOfThePeriod() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START).minutes(5).tick(Action.GO_ON).after(HOUR);

    Times seen = run.state.seen(run.now, HOUR);
    assertThat(run.state.period().elapsed(seen)).isEqualTo(Duration.ofSeconds(310));
    run.tickAfterAGap(Action.GO_ON, HOUR);
    assertThat(run.state.times()).isEqualTo(seen);
    assertThat(run.state.extensions()).isZero();
  }

  @Test
  void tick_afterAGap_doesWhatTheOtherRulesSayInOneMove() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START).minutes(5).tick(Action.GO_ON).after(HOUR);
    RunOfPlan held = new RunOfPlan(PLAN);
    held.command(START).minutes(5).after(HOUR);
    RunOfPlan dwelt = new RunOfPlan(PLAN);
    dwelt.command(START).minutes(19).after(Duration.ofSeconds(50)).tick(Action.GO_ON).after(HOUR);

    run.tickAfterAGap(Action.GO_ON, HOUR).is(Phase.RUNNING, 1);
    held.tickAfterAGap(Action.HOLD, HOUR).is(Phase.HOLDING, 1);
    dwelt.tickAfterAGap(Action.PROMOTE, HOUR).is(Phase.GATE, 1);

    assertThat(run.log.getLast().reason())
        .isEqualTo(
            "nobody looked for 59 min 50 s, which counts for nothing: dwells for 14 min 50 s more:"
                + " GO_ON");
    for (RunOfPlan each : List.of(run, held)) {
      assertThat(each.log).hasSize(2);
      assertThat(each.state.times().dwell()).isEqualTo(Duration.ofSeconds(310));
      assertThat(each.state.times().served()).isEqualTo(Duration.ofSeconds(310));
    }
    assertThat(dwelt.log).hasSize(2);
    assertThat(dwelt.state.times().dwell()).isEqualTo(Duration.ofMinutes(20));
  }

  /** A person's command is one move, too, and passes nothing that nobody saw. */
  @Test
  void command_afterAGap_countsTenSecondsOfIt() {
    RunOfPlan run = new RunOfPlan(PLAN);
    run.command(START).minutes(5).tick(Action.GO_ON).after(HOUR);
    run.event(new Command(PAUSE, "ann", "", Optional.empty(), HOUR)).is(Phase.PAUSED, 1);

    assertThat(run.log).hasSize(2);
    assertThat(run.state.times().dwell()).isEqualTo(Duration.ofSeconds(310));
    assertThat(run.state.times().served()).isEqualTo(Duration.ofSeconds(310));
    run.minutes(5).command(RESUME).minutes(1).tick(Action.GO_ON);
    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofSeconds(370));
    assertThat(run.state.seen(run.now, Duration.ZERO).served()).isEqualTo(Duration.ofSeconds(670));
    assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
  }

  @Test
  void answer_ofAGateAfterAGap_countsTenSecondsOfIt() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - {name: half, kind: expand, share: 50, dwell: 1m}
                - {name: full, kind: full, share: 100, gates: [{webhook: {url: "http://ci"}}]}
                """));
    run.command(START).minutes(1).tick(Action.PROMOTE).after(HOUR);

    run.event(new GateResult(2, 0, true, "it said so", HOUR)).is(Phase.GATE, 1);

    assertThat(run.state.times().served()).isEqualTo(Duration.ofSeconds(70));
  }

  @Test
  void ages_belowZero_areNone() {
    Duration back = Duration.ofMinutes(-5);

    assertThat(RunOfPlan.tick(Action.GO_ON, back, back))
        .isEqualTo(RunOfPlan.tick(Action.GO_ON, Duration.ZERO, Duration.ZERO));
    assertThat(new Command(PAUSE, "ann", "", Optional.empty(), back))
        .isEqualTo(new Command(PAUSE, "ann", ""));
  }
}
