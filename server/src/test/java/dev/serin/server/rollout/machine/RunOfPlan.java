package dev.serin.server.rollout.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A run that a test drives through the machine, with a clock that the test moves. */
final class RunOfPlan {
  static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");

  final RolloutMachine machine;
  final List<LogEntry> log = new ArrayList<>();
  MachineState state = MachineState.pending(BEGIN);
  Step last = new Step.Stayed("");
  Instant now = BEGIN;

  RunOfPlan(RolloutPlan plan) {
    machine = new RolloutMachine(plan);
  }

  RunOfPlan after(Duration time) {
    now = now.plus(time);
    return this;
  }

  RunOfPlan minutes(long minutes) {
    return after(Duration.ofMinutes(minutes));
  }

  RunOfPlan command(CommandKind kind) {
    return event(new Command(kind, "ann", ""));
  }

  RunOfPlan tick(Action action) {
    return event(tick(action, Duration.ZERO));
  }

  RunOfPlan tickWithOldEvidence(Action action, Duration age) {
    return event(tick(action, age));
  }

  RunOfPlan tickAfterAGap(Action action, Duration sinceLook) {
    return event(tick(action, Duration.ZERO, sinceLook));
  }

  RunOfPlan gate(int stage, int gate, boolean passed) {
    return event(new GateResult(stage, gate, passed, "it said so"));
  }

  RunOfPlan event(Event event) {
    last = machine.apply(state, event, now);
    if (last instanceof Step.Moved moved) {
      state = moved.state();
      log.add(moved.entry());
    }
    return this;
  }

  RunOfPlan is(Phase phase, int stage) {
    assertThat(state.phase()).as("%s after %s", state, last).isEqualTo(phase);
    assertThat(state.stage()).as("%s", state).isEqualTo(stage);
    return this;
  }

  RunOfPlan refusedWith(String text) {
    assertThat(last).isInstanceOf(Step.Refused.class);
    assertThat(((Step.Refused) last).because()).contains(text);
    return this;
  }

  RunOfPlan stayedWith(String text) {
    assertThat(last).isInstanceOf(Step.Stayed.class);
    assertThat(((Step.Stayed) last).because()).contains(text);
    return this;
  }

  List<Effect> effects() {
    return last instanceof Step.Moved moved ? moved.effects() : List.of();
  }

  static Tick tick(Action action, Duration age) {
    return tick(action, age, Duration.ofSeconds(1));
  }

  static Tick tick(Action action, Duration age, Duration sinceLook) {
    String reason = action == Action.HOLD ? "srm" : "";
    return new Tick(new Verdict(action, reason, action.toString(), "e-1"), age, sinceLook);
  }
}
