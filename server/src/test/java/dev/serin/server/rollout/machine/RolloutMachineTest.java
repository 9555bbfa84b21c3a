package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.ADVANCE;
import static dev.serin.server.rollout.machine.Event.CommandKind.APPROVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.CANCEL;
import static dev.serin.server.rollout.machine.Event.CommandKind.KILL;
import static dev.serin.server.rollout.machine.Event.CommandKind.PAUSE;
import static dev.serin.server.rollout.machine.Event.CommandKind.PROMOTE;
import static dev.serin.server.rollout.machine.Event.CommandKind.RESUME;
import static dev.serin.server.rollout.machine.Event.CommandKind.REVIVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.ROLL_BACK;
import static dev.serin.server.rollout.machine.Event.CommandKind.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutMachineTest {
  private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
  private static final String TWO_STAGES =
      """
      stages:
      - {name: half, kind: expand, share: 50, dwell: 10m%s}
      - {name: full, kind: full, share: 100, dwell: 5m}
      """;

  @Test
  void gradual_withoutHands_isCompletedStageByStage() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));

    run.command(START).is(Phase.RUNNING, 1);
    assertThat(run.effects())
        .containsExactly(
            new Effect.ServeStage(1, new TrafficShare(5, 100)), new Effect.BeginPeriod(1, 0));
    run.minutes(29).tick(Action.PROMOTE).is(Phase.RUNNING, 1).stayedWith("dwells for 1 min more");
    run.minutes(1).tick(Action.PROMOTE).is(Phase.RUNNING, 2);
    run.minutes(30).tick(Action.PROMOTE).is(Phase.RUNNING, 3);
    run.minutes(60).tick(Action.PROMOTE).is(Phase.RUNNING, 4);
    run.minutes(10).tick(Action.PROMOTE).is(Phase.COMPLETED, 4);
    assertThat(run.effects()).containsExactly(new Effect.ServeTreatment());
    assertThat(run.state.traffic().isAll()).isTrue();
  }

  @Test
  void completedRun_wantedBack_saysWhatTakesItBack() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));
    run.command(START).command(PROMOTE).command(ADVANCE).is(Phase.COMPLETED, 4);

    run.command(ROLL_BACK).refusedWith("the feature's kill switch ends that at once");
    run.command(CANCEL).refusedWith("the feature's kill switch ends that at once");
    run.command(PAUSE).refusedWith("start a new run");
  }

  @Test
  void regression_inAnyStage_isRolledBackAndStaysSo() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));
    run.command(START).minutes(30).tick(Action.PROMOTE).tick(Action.ROLL_BACK);

    run.is(Phase.ROLLING_BACK, 2);
    assertThat(run.effects()).containsExactly(new Effect.ServeControl(), new Effect.AwaitHolders());
    assertThat(run.state.traffic()).isEqualTo(TrafficShare.NONE);
    run.command(ADVANCE).refusedWith("being rolled back").tick(Action.PROMOTE);
    run.event(new HoldersAcknowledged()).is(Phase.ROLLED_BACK, 2);
    run.command(START).refusedWith("start a new run").command(ROLL_BACK).stayedWith("already");
  }

  @Test
  void gates_ofAllKinds_arePassedInOrder() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - name: full
                  kind: full
                  share: 100
                  gates: [{approval: ann}, {webhook: {url: "http://ci"}}, {bake: 5m}]
                """));
    run.command(START).is(Phase.GATE, 0);
    assertThat(run.effects())
        .containsExactly(new Effect.OpenGate(1, 0, new GatePlan.Approval("ann")));

    run.gate(1, 0, true).refusedWith("waits for an approval by ann");
    run.tick(Action.ROLL_BACK).stayedWith("waits for an approval by ann");
    run.command(APPROVE).is(Phase.GATE, 0);
    run.command(APPROVE).refusedWith("waits for the webhook http://ci");
    run.gate(1, 0, true).refusedWith("not open");
    run.gate(1, 1, false).tick(Action.GO_ON).stayedWith("refused; resume asks again");
    run.command(RESUME);
    assertThat(run.effects()).singleElement().isInstanceOf(Effect.OpenGate.class);
    run.gate(1, 1, true).minutes(4).tick(Action.GO_ON).stayedWith("a bake time of 5 min");
    run.minutes(1).tick(Action.GO_ON).is(Phase.GATE, 0).tick(Action.GO_ON).is(Phase.RUNNING, 1);
  }

  @Test
  void gate_betweenStages_goesOnJudgingAndRisesOnFreshEvidenceOnly() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - {name: half, kind: expand, share: 50, dwell: 1m}
                - {name: full, kind: full, share: 100, gates: [{approval: ann}]}
                """));
    run.command(START).minutes(1).tick(Action.PROMOTE).is(Phase.GATE, 1).command(APPROVE);

    run.tick(Action.HOLD).is(Phase.GATE, 1).stayedWith("held");
    run.tickWithOldEvidence(Action.GO_ON, Duration.ofSeconds(11)).is(Phase.GATE, 1);
    assertThat(run.state.traffic()).isEqualTo(new TrafficShare(50, 100));
    run.tick(Action.GO_ON).is(Phase.RUNNING, 2);
    RunOfPlan other = new RunOfPlan(run.machine.plan());
    other.command(START).minutes(1).tick(Action.PROMOTE).tick(Action.ROLL_BACK);
    other.is(Phase.ROLLING_BACK, 1);
  }

  @Test
  void dwell_excludesPausedAndHolding() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted("")));
    run.command(START).minutes(4).command(PAUSE).minutes(60).command(RESUME);
    run.minutes(2).tick(Action.HOLD).is(Phase.HOLDING, 1).minutes(60).tick(Action.GO_ON);

    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofMinutes(6));
    run.minutes(3).tick(Action.PROMOTE).is(Phase.RUNNING, 1);
    run.minutes(1).tick(Action.PROMOTE).is(Phase.RUNNING, 2);
  }

  @Test
  void dwell_whileNoEvidenceCame_isNotCounted() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted("")));
    run.command(START).minutes(9);

    run.tickWithOldEvidence(Action.PROMOTE, Duration.ofMinutes(5)).is(Phase.HOLDING, 1);

    assertThat(run.state.hold()).isEqualTo(HoldCause.STALE_EVIDENCE);
    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofSeconds(250));
  }

  @Test
  void clock_thatJumpsBack_standsStillAtTheLastEntry() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted("")));
    run.command(START).minutes(5).command(PAUSE).command(RESUME).minutes(-60);

    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofMinutes(5));
    run.tick(Action.PROMOTE).is(Phase.RUNNING, 1).command(PAUSE).is(Phase.PAUSED, 1);
    assertThat(run.log.get(run.log.size() - 1).time())
        .isEqualTo(RunOfPlan.BEGIN.plus(Duration.ofMinutes(5)));
  }

  @Test
  void maximum_withoutDecision_doesWhatThePlanSays() {
    for (String then : new String[] {"hold", "roll_back", "ship"}) {
      RunOfPlan run =
          new RunOfPlan(Plans.with(TWO_STAGES.formatted(", maximum: 15m, at_maximum: " + then)));
      run.command(START).minutes(8).tick(Action.HOLD).minutes(7).tick(Action.GO_ON);
      run.tick(Action.GO_ON);
      switch (then) {
        case "hold" -> run.is(Phase.HOLDING, 1);
        case "roll_back" -> run.is(Phase.ROLLING_BACK, 1);
        default -> run.is(Phase.RUNNING, 2);
      }
    }
  }

  @Test
  void maximum_whileHeld_shipsOnlyWhenTheHoldEnds() {
    RunOfPlan run =
        new RunOfPlan(Plans.with(TWO_STAGES.formatted(", maximum: 15m, at_maximum: ship")));

    run.command(START).tick(Action.HOLD).minutes(20).tick(Action.HOLD).is(Phase.HOLDING, 1);
    run.tick(Action.GO_ON).is(Phase.RUNNING, 1).tick(Action.GO_ON).is(Phase.RUNNING, 2);
  }

  @Test
  void maximum_waitingForAPerson_isRepeatedByResume() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted(", maximum: 15m")));
    run.command(START).minutes(10).tick(Action.GO_ON).minutes(5).tick(Action.GO_ON);
    run.is(Phase.HOLDING, 1).tick(Action.PROMOTE).stayedWith("waits for a person");

    run.command(RESUME).is(Phase.RUNNING, 1);

    assertThat(run.effects()).containsExactly(new Effect.BeginPeriod(1, 2));
    assertThat(run.state.dwell(run.now)).isZero();
    run.minutes(10).tick(Action.PROMOTE).is(Phase.RUNNING, 2);
  }

  @Test
  void stage_longerThanPlanned_hasPeriodsThatDouble() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted("")));
    run.command(START);
    for (int minute = 1; minute <= 90; minute++) {
      run.minutes(1).tick(Action.GO_ON);
    }

    assertThat(run.log.stream().filter(entry -> entry.reason().startsWith("extended")))
        .extracting(entry -> Duration.between(RunOfPlan.BEGIN, entry.time()).toMinutes())
        .containsExactly(10L, 20L, 40L, 80L);
    assertThat(run.state.extensions()).isEqualTo(4);
    assertThat(run.state.period())
        .isEqualTo(
            new Period(
                4,
                RunOfPlan.BEGIN.plus(Duration.ofMinutes(80)),
                Duration.ofMinutes(80),
                Duration.ofMinutes(160)));
  }

  @Test
  void freeze_stopsTicksAndNotPersons() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                TWO_STAGES.formatted("")
                    + "freezes: [{from: TUE 10:00, until: TUE 12:00, zone: UTC}]\n"));
    run.command(START).is(Phase.RUNNING, 1).minutes(30).tick(Action.PROMOTE);
    run.is(Phase.HOLDING, 1);
    assertThat(run.state.hold()).isEqualTo(HoldCause.FROZEN);
    assertThat(run.log.getLast().reason()).startsWith("frozen until 2026-11-24T12:00:00Z");
    run.tick(Action.HOLD).minutes(60).tick(Action.HOLD).is(Phase.HOLDING, 1);
    run.tick(Action.HOLD).stayedWith("frozen until 2026-11-24T12:00:00Z");
    run.command(RESUME).refusedWith("when the freeze ends");

    run.minutes(30).tick(Action.PROMOTE).is(Phase.RUNNING, 1);
    run.tick(Action.PROMOTE).is(Phase.RUNNING, 2);
    RunOfPlan other = new RunOfPlan(run.machine.plan());
    other.command(START).minutes(1).command(ADVANCE).is(Phase.RUNNING, 2);
    // Completing raises no traffic.
    other.minutes(10).tick(Action.PROMOTE).is(Phase.COMPLETED, 2);
  }

  /** A weekend's freeze takes a good release back no more, whatever its data are like meanwhile. */
  @Test
  void freeze_longerThanTheMaximum_doesNotCountTowardsIt() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                TWO_STAGES.formatted(", maximum: 15m, at_maximum: roll_back")
                    + "freezes: [{from: TUE 10:00, until: TUE 12:00, zone: UTC}]\n"));
    run.command(START).minutes(10).tick(Action.PROMOTE).is(Phase.HOLDING, 1);
    for (int minute = 10; minute < 119; minute++) {
      run.minutes(1).tick(minute % 3 == 0 ? Action.HOLD : Action.PROMOTE);
    }
    run.is(Phase.HOLDING, 1).minutes(1).tick(Action.PROMOTE).tick(Action.PROMOTE);

    run.is(Phase.RUNNING, 2);
    RunOfPlan notShown = new RunOfPlan(run.machine.plan());
    notShown.command(START).minutes(15).tick(Action.GO_ON).is(Phase.ROLLING_BACK, 1);
  }

  @Test
  void gap_withoutAnyLook_countsForNothing() {
    RunOfPlan run =
        new RunOfPlan(Plans.with(TWO_STAGES.formatted(", maximum: 15m, at_maximum: roll_back")));
    run.command(START).minutes(4).tick(Action.GO_ON);

    run.minutes(60).tickAfterAGap(Action.PROMOTE, Duration.ofMinutes(60)).is(Phase.RUNNING, 1);

    assertThat(run.log.getLast().reason()).startsWith("nobody looked for 59 min");
    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofSeconds(250));
    assertThat(run.state.timeInStage(run.now)).isEqualTo(Duration.ofSeconds(250));
    run.tick(Action.PROMOTE).is(Phase.RUNNING, 1).stayedWith("dwells for 5 min 50 s more");
    run.minutes(6).tick(Action.PROMOTE).is(Phase.RUNNING, 2);
    assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
  }

  @Test
  void gap_beforeTheLastEntry_takesNothingFromIt() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted("")));
    run.command(START).minutes(4).command(PAUSE).minutes(50).command(RESUME).after(FIVE_SECONDS);

    run.tickAfterAGap(Action.GO_ON, Duration.ofMinutes(54)).is(Phase.RUNNING, 1);
    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofSeconds(245));
    run.tickAfterAGap(Action.ROLL_BACK, Duration.ofDays(1)).is(Phase.ROLLING_BACK, 1);
  }

  @Test
  void gap_atABakeTime_isNoBaking() {
    RunOfPlan run =
        new RunOfPlan(
            Plans.with(
                """
                stages:
                - {name: half, kind: expand, share: 50, dwell: 1m}
                - {name: full, kind: full, share: 100, gates: [{bake: 10m}]}
                """));
    run.command(START).minutes(1).tick(Action.PROMOTE).is(Phase.GATE, 1);

    run.minutes(60).tickAfterAGap(Action.GO_ON, Duration.ofMinutes(60)).is(Phase.GATE, 1);
    run.minutes(8).tick(Action.GO_ON).stayedWith("a bake time of 10 min");
    run.minutes(1).tick(Action.GO_ON).is(Phase.GATE, 1);
    run.minutes(1).tick(Action.GO_ON).tick(Action.GO_ON).is(Phase.RUNNING, 2);
  }

  /** Neither a pause nor the kill switch is the decision that the hold waits for. */
  @Test
  void maximum_underAPauseOrTheKillSwitch_stillWaitsForAPerson() {
    RunOfPlan run = new RunOfPlan(Plans.with(TWO_STAGES.formatted(", maximum: 15m")));
    run.command(START).minutes(15).tick(Action.GO_ON).tick(Action.GO_ON).is(Phase.HOLDING, 1);

    run.command(PAUSE).is(Phase.PAUSED, 1).command(RESUME).is(Phase.HOLDING, 1);
    assertThat(run.state.hold()).isEqualTo(HoldCause.MAXIMUM);
    run.command(KILL).command(REVIVE).tick(Action.PROMOTE).stayedWith("waits for a person");
    run.command(RESUME).is(Phase.RUNNING, 1).command(PAUSE).command(RESUME).is(Phase.RUNNING, 1);
  }

  @Test
  void kill_overWhatever_holdsAndGivesItBack() {
    RunOfPlan run =
        new RunOfPlan(Plans.with("template: gate-canary-ab-expand\nguardrails: [{metric: e}]"));
    run.command(KILL).is(Phase.PENDING, 0).command(START).refusedWith("revive the feature first");
    run.command(REVIVE).command(START).is(Phase.GATE, 0);
    run.command(KILL).is(Phase.HOLDING, 0).command(APPROVE).refusedWith("revive the feature first");
    run.command(REVIVE).is(Phase.GATE, 0).command(APPROVE).tick(Action.GO_ON);
    run.is(Phase.RUNNING, 1).minutes(1).command(PAUSE).command(KILL).is(Phase.HOLDING, 1);
    run.minutes(60).tick(Action.PROMOTE).is(Phase.HOLDING, 1).command(REVIVE).is(Phase.PAUSED, 1);
    assertThat(run.state.dwell(run.now)).isEqualTo(Duration.ofMinutes(1));
    run.command(RESUME).command(KILL).tick(Action.ROLL_BACK).is(Phase.ROLLING_BACK, 1);
  }

  @Test
  void paused_isProtectedAllTheSame() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));

    run.command(START).command(PAUSE).minutes(90).tick(Action.PROMOTE).is(Phase.PAUSED, 1);
    run.command(ADVANCE).refusedWith("resume it first");
    run.tick(Action.ROLL_BACK).is(Phase.ROLLING_BACK, 1);
  }

  @Test
  void operator_mayPromoteAndCancelAtOnce() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));
    run.command(START).command(PROMOTE).is(Phase.RUNNING, 4).command(PROMOTE).stayedWith("already");
    run.command(CANCEL).is(Phase.CANCELLED, 4);

    assertThat(run.effects()).containsExactly(new Effect.ServeControl());
    assertThat(run.log).extracting(LogEntry::actor).containsExactly("ann", "ann", "ann");
  }

  @Test
  void replay_ofALogThatIsNotWhole_isRefused() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));
    run.command(START).minutes(30).tick(Action.PROMOTE).command(PAUSE);
    Instant made = RunOfPlan.BEGIN;

    assertThat(run.machine.replay(made, run.log)).isEqualTo(run.state);
    assertThatThrownBy(() -> run.machine.replay(made, run.log.subList(1, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 2");
  }

  /** A log outlives the sentences it was written with, and the clocks' digits. */
  @Test
  void replay_ofOtherWords_isTheSameRun() {
    RunOfPlan run = new RunOfPlan(Plans.with("template: gradual"));
    Duration odd = Duration.ofNanos(1_234_567);
    run.after(odd).command(START).minutes(30).after(odd).tick(Action.PROMOTE);
    List<LogEntry> reworded =
        run.log.stream()
            .map(
                entry ->
                    new LogEntry(
                        entry.number(),
                        entry.time().truncatedTo(ChronoUnit.MILLIS),
                        entry.actor(),
                        "in other words",
                        entry.event(),
                        entry.from(),
                        entry.fromStage(),
                        entry.to(),
                        entry.toStage(),
                        new TrafficShare(10 * entry.traffic().parts(), 10 * entry.traffic().of())))
            .toList();

    assertThat(run.machine.replay(RunOfPlan.BEGIN, reworded)).isEqualTo(run.state);
    Instant last = run.log.getLast().time();
    assertThat(last).isEqualTo(last.truncatedTo(ChronoUnit.MILLIS));
    assertThat(run.state.stage()).isEqualTo(2);
  }
}
