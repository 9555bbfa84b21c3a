package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.APPROVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.CANCEL;
import static dev.serin.server.rollout.machine.Event.CommandKind.KILL;
import static dev.serin.server.rollout.machine.Event.CommandKind.PAUSE;
import static dev.serin.server.rollout.machine.Event.CommandKind.RESUME;
import static dev.serin.server.rollout.machine.Event.CommandKind.REVIVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.ROLL_BACK;
import static dev.serin.server.rollout.machine.Event.CommandKind.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Approvals that name their gate, gates that refused, and what ends before any gate was passed. */
class GatesTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 1m, gates: [{approval: a}, {approval: b}]}
          - name: full
            kind: full
            share: 100
            gates: [{webhook: {url: "http://ci"}}, {approval: c}]
          """);

  private static Command approve(int stage, int gate) {
    return new Command(APPROVE, "ann", "", Optional.of(new GateOf(stage, gate)), Duration.ZERO);
  }

  private static RunOfPlan started() {
    return new RunOfPlan(PLAN).command(START);
  }

  private static RunOfPlan refused() {
    RunOfPlan run = started().command(APPROVE).command(APPROVE).tick(Action.GO_ON);
    return run.minutes(1).tick(Action.PROMOTE).gate(2, 0, false).is(Phase.GATE, 1);
  }

  @Test
  void approval_sentTwice_passesOneGate() {
    RunOfPlan run = started().event(approve(1, 0));
    assertThat(run.state.gate()).isEqualTo(1);

    run.event(approve(1, 0)).stayedWith("gate 1 before stage 1 is passed already");
    run.event(approve(1, 1));
    assertThat(run.state.gate()).isEqualTo(2);
    run.event(approve(1, 1)).stayedWith("passed already").command(APPROVE).stayedWith("all gates");
    run.tick(Action.GO_ON).is(Phase.RUNNING, 1).event(approve(1, 1)).stayedWith("passed already");
    run.command(PAUSE).event(approve(1, 1)).stayedWith("passed already");
    run.command(KILL).event(approve(1, 1)).stayedWith("passed already");
    run.command(ROLL_BACK).event(approve(1, 1)).refusedWith("being rolled back");
  }

  @Test
  void approval_ofAnotherGateThanIsOpen_isRefused() {
    RunOfPlan run = started();

    run.event(approve(1, 1)).refusedWith("gate 2 before stage 1 is not open yet");
    run.event(approve(2, 1)).refusedWith("gate 2 before stage 2 is not open yet");
    run.event(approve(1, 2)).refusedWith("the plan has no gate 3 before stage 1");
    run.event(approve(3, 0)).refusedWith("the plan has no gate 1 before stage 3");
    run.event(approve(0, 0)).refusedWith("the plan has no");
    run.event(approve(1, -1)).refusedWith("the plan has no");
    run.event(approve(Integer.MAX_VALUE, Integer.MAX_VALUE)).refusedWith("gate 2147483648 before");
    run.command(PAUSE).event(approve(1, 0)).refusedWith("resume it first");
    run.command(KILL).event(approve(1, 0)).refusedWith("revive the feature first");
    assertThat(run.state.gate()).isZero();
    refused().event(approve(2, 0)).refusedWith("waits for the webhook");
  }

  @Test
  void command_thatIsNoApproval_namesNoGate() {
    for (CommandKind kind : CommandKind.values()) {
      if (kind != APPROVE) {
        Optional<GateOf> gate = Optional.of(new GateOf(1, 0));
        started()
            .event(new Command(kind, "ann", "", gate, Duration.ZERO))
            .refusedWith("a gate is named by an approval only");
      }
    }
  }

  /** Neither the kill switch nor a pause is a person's answer to a refusal. */
  @Test
  void gate_thatRefused_isRefusedStillWhenSwitchOrPauseEnd() {
    RunOfPlan run = refused();

    run.command(KILL).command(REVIVE).is(Phase.GATE, 1);
    assertThat(run.effects()).isEmpty();
    run.tick(Action.PROMOTE).stayedWith("the webhook http://ci refused; resume asks again");
    run.command(PAUSE).command(KILL).command(REVIVE).is(Phase.PAUSED, 1);
    run.command(RESUME).is(Phase.GATE, 1);
    assertThat(run.state.gateRefused()).isTrue();
    run.command(RESUME).is(Phase.GATE, 1);
    assertThat(run.effects()).singleElement().isInstanceOf(Effect.OpenGate.class);
    assertThat(run.state.gateRefused()).isFalse();
  }

  /** What a gate answered meanwhile was not taken. */
  @Test
  void gate_thatWasAsked_isAskedAgainWhenSwitchOrPauseEnd() {
    RunOfPlan run = started();

    for (CommandKind[] pair : new CommandKind[][] {{KILL, REVIVE}, {PAUSE, RESUME}}) {
      run.command(pair[0]).command(pair[1]).is(Phase.GATE, 0);
      assertThat(run.effects()).singleElement().isInstanceOf(Effect.OpenGate.class);
    }
  }

  @Test
  void cancel_beforeAnythingWasServed_servesTheDocument() {
    RunOfPlan run = started().command(CANCEL).is(Phase.CANCELLED, 0);
    assertThat(run.effects()).containsExactly(new Effect.ServeDocument());
    assertThat(run.state.traffic()).isEqualTo(TrafficShare.NONE);

    assertThat(started().command(PAUSE).command(CANCEL).effects())
        .containsExactly(new Effect.ServeDocument());
    assertThat(started().command(KILL).command(CANCEL).effects())
        .containsExactly(new Effect.ServeDocument());
    assertThat(started().command(ROLL_BACK).effects())
        .containsExactly(new Effect.ServeControl(), new Effect.AwaitHolders());
    assertThat(refused().command(CANCEL).effects()).containsExactly(new Effect.ServeControl());
  }
}
