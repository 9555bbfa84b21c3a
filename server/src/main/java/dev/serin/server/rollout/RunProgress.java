package dev.serin.server.rollout;

import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.v1.GateProgress;
import dev.serin.v1.GateState;
import dev.serin.v1.RolloutGate;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.StageProgress;
import dev.serin.v1.StageState;
import dev.serin.v1.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is known of a run besides where it stands. Pure. */
final class RunProgress {
  private final RunView view;
  private final StageTrack track;
  private final Optional<Verdict> look;
  private final Instant now;

  /**
   * What is known.
   *
   * @param track all of the run's log
   * @param live the newest look, where this process looks at the run; empty: the log's
   */
  RunProgress(RunView view, StageTrack track, Optional<Verdict> live, Instant now) {
    this.view = view;
    this.track = track;
    this.now = now;
    look = live.or(track::verdict);
  }

  /** The message, without an outlook. */
  RolloutProgress.Builder message() {
    RolloutProgress.Builder progress = RolloutProgress.newBuilder().setTime(RunMessages.time(now));
    for (int number = 1; number <= view.plan().stages().size(); number++) {
      progress.addStages(stage(number));
    }
    look.ifPresent(progress::setVerdict);
    if (isAtGate()) {
      addGates(progress);
    }
    return progress;
  }

  /** The newest look at the stage that is served; empty: there was none yet. */
  Optional<Verdict> look(int number) {
    return look.filter(it -> it.getStage() == number)
        .or(() -> track.stage(number).flatMap(StageTrack.Seen::verdict));
  }

  private StageProgress stage(int number) {
    StagePlan plan = view.plan().stage(number);
    StageProgress.Builder stage =
        StageProgress.newBuilder()
            .setStage(number)
            .setName(plan.name())
            .setKind(RunMessages.kind(plan))
            .setShare(plan.share().parts())
            .setShareOf(plan.share().of())
            .setDwell(RunMessages.time(plan.dwell()))
            .setPromote(RunMessages.promote(plan))
            .setMinimumUsers(plan.minimumUsers())
            .setAtMaximum(RunMessages.atMaximum(plan))
            .addAllGates(plan.gates().stream().map(GatePlan::awaited).toList());
    plan.maximum().ifPresent(maximum -> stage.setMaximum(RunMessages.time(maximum)));
    MachineState state = view.state();
    Optional<StageTrack.Seen> seen = track.stage(number);
    seen.ifPresent(
        it -> {
          stage.setBeginTime(RunMessages.time(it.begin()));
          it.end().ifPresent(end -> stage.setEndTime(RunMessages.time(end)));
        });
    look(number)
        .ifPresent(
            it ->
                stage
                    .setTreatmentUsers(it.getTreatmentUsers())
                    .setControlUsers(it.getControlUsers()));
    if (isServed() && state.stage() == number) {
      stage.setDwelt(RunMessages.time(state.dwell(now)));
      plan.maximum().ifPresent(maximum -> stage.setUsed(RunMessages.time(state.timeInStage(now))));
      return stage.setState(StageState.STAGE_STATE_CURRENT).build();
    }
    return stage.setState(stateOf(number, seen.isPresent())).build();
  }

  /** Of a stage that is not served now. */
  private StageState stateOf(int number, boolean seen) {
    MachineState state = view.state();
    if (!seen) {
      return isServed() && state.stage() < number
          ? StageState.STAGE_STATE_AHEAD
          : StageState.STAGE_STATE_SKIPPED;
    }
    boolean stopped = state.stage() == number && state.phase() != Phase.COMPLETED;
    return stopped ? StageState.STAGE_STATE_STOPPED : StageState.STAGE_STATE_PASSED;
  }

  /** Whether a stage is served, or will be. */
  private boolean isServed() {
    Phase phase = view.state().phase();
    return !phase.isOver() && phase != Phase.ROLLING_BACK;
  }

  private boolean isAtGate() {
    return isServed() && view.state().waiting();
  }

  private void addGates(RolloutProgress.Builder progress) {
    MachineState state = view.state();
    List<GatePlan> gates = view.plan().stage(state.stage() + 1).gates();
    for (int index = 0; index < gates.size(); index++) {
      GatePlan plan = gates.get(index);
      GateProgress.Builder gate =
          GateProgress.newBuilder()
              .setGate(RolloutGate.newBuilder().setStage(state.stage() + 1).setGate(index + 1))
              .setAwaited(plan.awaited())
              .setApproval(plan instanceof GatePlan.Approval);
      if (index < state.gate()) {
        gate.setState(GateState.GATE_STATE_PASSED);
      } else if (index > state.gate()) {
        gate.setState(GateState.GATE_STATE_AHEAD);
      } else {
        gate.setState(
            state.gateRefused() ? GateState.GATE_STATE_REFUSED : GateState.GATE_STATE_OPEN);
        if (plan instanceof GatePlan.Bake(Duration time)) {
          Duration left = time.minus(state.timeAtGate(now));
          gate.setLeft(RunMessages.time(left.isNegative() ? Duration.ZERO : left));
        }
      }
      progress.addGates(gate);
    }
  }
}
