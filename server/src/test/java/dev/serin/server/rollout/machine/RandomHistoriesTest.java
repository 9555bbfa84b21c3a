package dev.serin.server.rollout.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in every history of every plan, whatever people, evidence and clocks do. */
class RandomHistoriesTest {
  private static final int HISTORIES = 300;
  private static final int EVENTS = 150;

  private static final List<RolloutPlan> PLANS =
      List.of(
          Plans.with("template: gradual"),
          Plans.with(
              """
              template: gate-canary-ab-expand
              guardrails: [{metric: e}]
              stages:
              - {name: ab-test, dwell: 5m, maximum: 30m, at_maximum: ship}
              - {name: expand, maximum: 1h, gates: [{bake: 2m}, {webhook: {url: "http://x"}}]}
              freezes: [{from: TUE 11:00, until: TUE 13:00, zone: UTC}]
              """),
          Plans.with(
              """
              stages:
              - {name: a, kind: canary, share: 1, share_of: 1000, dwell: 1m}
              - {name: b, kind: expand, share: 60, maximum: 10m, at_maximum: roll_back}
              - {name: c, kind: full, share: 100, dwell: 1m, gates: [{approval: ""}, {bake: 1m}]}
              """));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void histories_random_keepTheRules(long seed) {
    Random random = new Random(seed);
    Set<Phase> seen = EnumSet.noneOf(Phase.class);
    for (int history = 0; history < HISTORIES; history++) {
      RunOfPlan run = new RunOfPlan(PLANS.get(random.nextInt(PLANS.size())));
      List<MachineState> states = new ArrayList<>(List.of(run.state));
      for (int i = 0; i < EVENTS; i++) {
        MachineState before = run.state;
        Event event = event(random, run);
        run.after(time(random)).event(event);
        check(run, before, event);
        if (run.last instanceof Step.Moved moved) {
          states.add(moved.state());
          assertThat(StateCodec.decode(StateCodec.encode(moved.state()))).isEqualTo(moved.state());
          assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
        }
        seen.add(run.state.phase());
        if (run.state.phase().isOver() && random.nextInt(4) == 0) {
          break;
        }
      }
      assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log)).isEqualTo(run.state);
      int cut = random.nextInt(run.log.size() + 1);
      assertThat(run.machine.replay(RunOfPlan.BEGIN, run.log.subList(0, cut)))
          .as("after entry %d of %d", cut, run.log.size())
          .isEqualTo(states.get(cut));
    }
    assertThat(seen).as("phases reached with seed %d", seed).hasSameElementsAs(all());
  }

  private static void check(RunOfPlan run, MachineState before, Event event) {
    switch (run.last) {
      case Step.Stayed stayed -> assertThat(stayed.because()).isNotBlank();
      case Step.Refused refused -> assertThat(refused.because()).isNotBlank();
      case Step.Moved moved -> {
        assertThat(moved.state().version()).isEqualTo(before.version() + 1);
        assertThat(moved.entry().number()).isEqualTo(moved.state().version());
        assertThat(moved.entry().time()).isAfterOrEqualTo(before.time());
        assertThat(moved.entry().reason()).isNotBlank();
        noStageIsSkipped(before, moved.state(), event);
        trafficRisesByADecision(run, before, moved.state(), event);
        endsStay(before, moved.state());
        whatLayBeneathIsGivenBack(before, moved.state(), event);
      }
    }
    rollBackIsReachable(run);
    timesAreNoLongerThanTheLogSays(run);
  }

  private static void noStageIsSkipped(MachineState before, MachineState after, Event event) {
    if (after.stage() != before.stage() && after.stage() != before.stage() + 1) {
      assertThat(event).isInstanceOf(Command.class);
      assertThat(((Command) event).kind()).isEqualTo(CommandKind.PROMOTE);
    }
    assertThat(after.stage()).isGreaterThanOrEqualTo(before.stage());
  }

  private static void trafficRisesByADecision(
      RunOfPlan run, MachineState before, MachineState after, Event event) {
    if (after.traffic().compareTo(before.traffic()) <= 0) {
      return;
    }
    assertThat(before.killed()).isFalse();
    assertThat(before.phase()).isNotEqualTo(Phase.PAUSED);
    RolloutPlan plan = run.machine.plan();
    switch (event) {
      case Command command ->
          assertThat(command.kind())
              .isIn(CommandKind.START, CommandKind.ADVANCE, CommandKind.PROMOTE);
      case Tick tick -> {
        assertThat(plan.frozenUntil(after.time())).isEmpty();
        if (before.stage() > 0) {
          assertThat(tick.verdict().action()).isIn(Action.PROMOTE, Action.GO_ON);
          assertThat(tick.evidenceAge()).isLessThanOrEqualTo(RolloutMachine.FRESH);
          StagePlan stage = plan.stage(before.stage());
          Times seen = before.seen(after.time(), tick.sinceLook());
          boolean dwelt = seen.dwell().compareTo(stage.dwell()) >= 0;
          boolean shipped =
              stage.atMaximum() == StagePlan.AtMaximum.SHIP
                  && seen.inStage().compareTo(stage.maximum().orElseThrow()) >= 0;
          boolean gatesPassed = before.phase() == Phase.GATE;
          assertThat(gatesPassed || shipped || (dwelt && tick.verdict().action() == Action.PROMOTE))
              .isTrue();
        }
      }
      case GateResult result -> throw new AssertionError(result);
      case HoldersAcknowledged acknowledged -> throw new AssertionError(acknowledged);
    }
  }

  private static void endsStay(MachineState before, MachineState after) {
    assertThat(before.phase().isOver()).isFalse();
    if (before.phase() == Phase.ROLLING_BACK) {
      assertThat(after.phase()).isEqualTo(Phase.ROLLED_BACK);
    }
  }

  /** Neither the kill switch nor a pause answers a gate or a maximum. */
  private static void whatLayBeneathIsGivenBack(
      MachineState before, MachineState after, Event event) {
    if (event instanceof Command command
        && (before.killed() || before.paused())
        && (command.kind() == CommandKind.REVIVE || command.kind() == CommandKind.RESUME)) {
      assertThat(after.waiting()).isEqualTo(before.waiting());
      assertThat(after.gate()).isEqualTo(before.gate());
      assertThat(after.gateRefused()).isEqualTo(before.gateRefused());
      assertThat(after.overdue()).isEqualTo(before.overdue());
      assertThat(after.traffic()).isEqualTo(before.traffic());
    }
  }

  private static void rollBackIsReachable(RunOfPlan run) {
    Phase phase = run.state.phase();
    if (phase == Phase.PENDING || phase == Phase.ROLLING_BACK || phase.isOver()) {
      return;
    }
    Command command = new Command(CommandKind.ROLL_BACK, "ann", "");
    assertThat(phaseAfter(run, command)).isEqualTo(Phase.ROLLING_BACK);
    if (run.state.stage() > 0) {
      Tick tick = RunOfPlan.tick(Action.ROLL_BACK, Duration.ofDays(1));
      assertThat(phaseAfter(run, tick)).isEqualTo(Phase.ROLLING_BACK);
    }
  }

  private static Phase phaseAfter(RunOfPlan run, Event event) {
    return run.machine.apply(run.state, event, run.now) instanceof Step.Moved moved
        ? moved.state().phase()
        : run.state.phase();
  }

  /** Times by another way: what lies between entries that left the run where it counts. */
  private static void timesAreNoLongerThanTheLogSays(RunOfPlan run) {
    Duration running = Duration.ZERO;
    Duration serving = Duration.ZERO;
    for (int i = run.log.size() - 1; i > 0; i--) {
      LogEntry entry = run.log.get(i - 1);
      if (entry.toStage() != run.state.stage()) {
        break;
      }
      Duration passed = Duration.between(entry.time(), run.log.get(i).time());
      running = entry.to() == Phase.RUNNING ? running.plus(passed) : running;
      serving = serving.plus(passed);
    }
    Times times = run.state.times();
    assertThat(times.dwell()).isLessThanOrEqualTo(running);
    assertThat(times.served()).isLessThanOrEqualTo(serving);
    assertThat(times.held()).isLessThanOrEqualTo(times.inStage());
    assertThat(run.state.seen(Instant.MIN, Duration.ZERO)).isEqualTo(times);
    assertThat(run.state.period().length()).isGreaterThanOrEqualTo(Period.LEAST);
  }

  private static Event event(Random random, RunOfPlan run) {
    int kind = random.nextInt(20);
    if (kind < 12) {
      Action action = any(random, Action.values());
      if (action == Action.ROLL_BACK && random.nextInt(6) > 0) {
        action = Action.PROMOTE;
      }
      Duration age = Duration.ofSeconds(random.nextInt(8) == 0 ? random.nextInt(600) : 1);
      return RunOfPlan.tick(action, age, gap(random));
    }
    if (kind < 15) {
      return new GateResult(
          run.state.stage() + 1, run.state.gate(), random.nextInt(4) > 0, "answered", gap(random));
    }
    if (kind == 15) {
      return new HoldersAcknowledged();
    }
    CommandKind command =
        random.nextBoolean()
            ? EnumSet.of(
                    CommandKind.START, CommandKind.APPROVE, CommandKind.RESUME, CommandKind.REVIVE)
                .stream()
                .toList()
                .get(random.nextInt(4))
            : any(random, CommandKind.values());
    boolean ends = command == CommandKind.CANCEL || command == CommandKind.ROLL_BACK;
    return new Command(
        ends && random.nextInt(5) > 0 ? CommandKind.PAUSE : command,
        "ann",
        "why",
        command == CommandKind.APPROVE && random.nextInt(3) == 0
            ? Optional.of(new GateOf(random.nextInt(4), random.nextInt(3)))
            : Optional.empty(),
        gap(random));
  }

  private static Duration gap(Random random) {
    return Duration.ofSeconds(random.nextInt(8) == 0 ? random.nextInt(600) : 1);
  }

  private static <T> T any(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  /** Mostly minutes; now and then the clock jumps, both ways. */
  private static Duration time(Random random) {
    return random.nextInt(12) == 0
        ? Duration.ofMinutes(random.nextInt(240) - 120L)
        : Duration.ofSeconds(random.nextInt(400));
  }

  private static Set<Phase> all() {
    return EnumSet.allOf(Phase.class);
  }
}
