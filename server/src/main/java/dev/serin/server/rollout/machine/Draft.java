package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.PlanText;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The state after an event, in the making: every way a run can move is one method. For one event.
 *
 * <p>Times of the state before are brought up to now first, so that a move only says what begins.
 */
final class Draft {
  private final RolloutPlan plan;
  private final MachineState before;
  private final Instant now;
  private final List<Effect> effects = new ArrayList<>();

  private Phase phase;
  private int stage;
  private boolean waiting;
  private int gate;
  private boolean gateRefused;
  private boolean paused;
  private boolean killed;
  private boolean overdue;
  private HoldCause hold;
  private String holdReason;
  private int holds;
  private Times times;
  private Period period;
  private int extensions;
  private TrafficShare traffic;

  /**
   * A draft that is equal to the state before, with its times brought up to now.
   *
   * @param now not before the last entry's time
   * @param sinceLook what nobody saw of it counts for nothing
   */
  Draft(RolloutPlan plan, MachineState before, Instant now, Duration sinceLook) {
    this.plan = plan;
    this.before = before;
    this.now = now;
    phase = before.phase();
    stage = before.stage();
    waiting = before.waiting();
    gate = before.gate();
    gateRefused = before.gateRefused();
    paused = before.paused();
    killed = before.killed();
    overdue = before.overdue();
    hold = before.hold();
    holdReason = before.holdReason();
    holds = before.holds();
    times = before.seen(now, sinceLook);
    period = before.period();
    extensions = before.extensions();
    traffic = before.traffic();
  }

  /** Begins a stage. */
  Draft enter(int number) {
    settle(Phase.RUNNING);
    stage = number;
    waiting = false;
    gate = 0;
    gateRefused = false;
    overdue = false;
    holds = 0;
    times = Times.NONE;
    traffic = plan.stage(number).share();
    effects.add(new Effect.ServeStage(number, traffic));
    return begin(Period.first(0, now, plan.stage(number).dwell()));
  }

  /** Stands at a gate before the next stage; at the number of its gates all are passed. */
  Draft waitAt(int index) {
    settle(Phase.GATE);
    waiting = true;
    gate = index;
    gateRefused = false;
    times = times.atNextGate();
    openGate();
    return this;
  }

  /** Asks the gate it stands at again. */
  Draft askAgain() {
    gateRefused = false;
    openGate();
    return this;
  }

  private void openGate() {
    List<GatePlan> gates = plan.stage(stage + 1).gates();
    if (gate < gates.size()) {
      effects.add(new Effect.OpenGate(stage + 1, gate, gates.get(gate)));
    }
  }

  /** Notes that the gate's answer was no. */
  Draft refuseGate() {
    gateRefused = true;
    return this;
  }

  /** Goes on in the stage. */
  Draft run() {
    settle(Phase.RUNNING);
    return this;
  }

  /** Holds in the stage for what the evidence says. */
  Draft holdFor(HoldCause cause, String reason) {
    hold(cause, reason);
    holds++;
    return this;
  }

  /** Holds in the stage until a freeze ends. */
  Draft holdFrozen() {
    return hold(HoldCause.FROZEN, "");
  }

  private Draft hold(HoldCause cause, String reason) {
    settle(Phase.HOLDING);
    hold = cause;
    holdReason = reason;
    return this;
  }

  /** Holds in the stage until a person decides, as its time is up. */
  Draft holdOverdue() {
    overdue = true;
    return hold(HoldCause.MAXIMUM, "");
  }

  /** Holds in the stage as the evidence is too old. What passed since it was fresh is no dwell. */
  Draft holdAsStale(Duration evidenceAge) {
    Duration counted = times.dwell().minus(evidenceAge.minus(RolloutMachine.FRESH));
    Duration least = before.times().dwell();
    times = times.withDwell(counted.compareTo(least) < 0 ? least : counted);
    return holdFor(HoldCause.STALE_EVIDENCE, "");
  }

  Draft pause() {
    settle(Phase.PAUSED);
    paused = true;
    return this;
  }

  /** Leaves PAUSED, for the gate or the stage it was in. */
  Draft resume() {
    paused = false;
    return goBack();
  }

  /** To what lay beneath, as it was: neither a pause nor the kill switch is an answer to it. */
  private Draft goBack() {
    if (waiting) {
      settle(Phase.GATE);
      if (!gateRefused) {
        // An answer that came meanwhile was not taken.
        openGate();
      }
      return this;
    }
    return overdue ? holdOverdue() : run();
  }

  Draft kill() {
    killed = true;
    if (before.phase() != Phase.PENDING) {
      hold(HoldCause.KILLED, "");
    }
    return this;
  }

  /** Leaves the kill switch's hold, for what lay beneath. */
  Draft revive() {
    killed = false;
    if (before.phase() == Phase.PENDING) {
      return this;
    }
    if (paused) {
      return pause();
    }
    return goBack();
  }

  /** Goes on with whatever it does in a new period of evidence. */
  Draft extend() {
    extensions++;
    return begin(Period.next(extensions, now, times.served()));
  }

  /** Begins the stage again, without moving traffic, in a new period of evidence. */
  Draft repeat() {
    settle(Phase.RUNNING);
    times = Times.NONE;
    holds = 0;
    overdue = false;
    extensions++;
    return begin(Period.first(extensions, now, plan.stage(stage).dwell()));
  }

  private Draft begin(Period next) {
    period = next;
    effects.add(new Effect.BeginPeriod(stage, next.extension()));
    return this;
  }

  Draft rollBack() {
    end(Phase.ROLLING_BACK, TrafficShare.NONE);
    effects.add(new Effect.ServeControl());
    effects.add(new Effect.AwaitHolders());
    return this;
  }

  Draft rolledBack() {
    end(Phase.ROLLED_BACK, TrafficShare.NONE);
    return this;
  }

  Draft cancel() {
    end(Phase.CANCELLED, TrafficShare.NONE);
    effects.add(stage == 0 ? new Effect.ServeDocument() : new Effect.ServeControl());
    return this;
  }

  Draft complete() {
    end(Phase.COMPLETED, TrafficShare.ALL);
    effects.add(new Effect.ServeTreatment());
    return this;
  }

  private void end(Phase last, TrafficShare share) {
    settle(last);
    waiting = false;
    gate = 0;
    gateRefused = false;
    paused = false;
    overdue = false;
    traffic = share;
  }

  private void settle(Phase next) {
    phase = next;
    hold = HoldCause.NONE;
    holdReason = "";
    times = times.notHeld();
  }

  /** The move, with its entry in the log. */
  Step moved(Event event, String actor, String reason) {
    MachineState after =
        new MachineState(
            before.version() + 1,
            now,
            phase,
            stage,
            waiting,
            gate,
            gateRefused,
            paused,
            killed,
            overdue,
            hold,
            holdReason,
            holds,
            times,
            period,
            extensions,
            traffic);
    LogEntry entry =
        new LogEntry(
            after.version(),
            now,
            actor,
            reason,
            event,
            before.phase(),
            before.stage(),
            after.phase(),
            after.stage(),
            after.traffic());
    return new Step.Moved(after, entry, effects);
  }

  /** {@code stage 2 "ab-test" at 25 %}. */
  static String named(RolloutPlan plan, int number) {
    StagePlan stage = plan.stage(number);
    return "stage " + number + " \"" + stage.name() + "\" at " + stage.share();
  }

  static String left(Duration wanted, Duration had) {
    return PlanText.time(wanted.minus(had).plusNanos(999_999_999));
  }
}
