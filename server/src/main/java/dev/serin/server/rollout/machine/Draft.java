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
  private Duration stageDwell;
  private Duration stageTime;
  private Duration gateTime;
  private Period period;
  private int extensions;
  private TrafficShare traffic;

  /**
   * A draft that is equal to the state before, with its times brought up to now.
   *
   * @param now not before the last entry's time
   */
  Draft(RolloutPlan plan, MachineState before, Instant now) {
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
    stageDwell = before.dwell(now);
    stageTime = before.timeInStage(now);
    gateTime = before.timeAtGate(now);
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
    stageDwell = Duration.ZERO;
    stageTime = Duration.ZERO;
    gateTime = Duration.ZERO;
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
    gateTime = Duration.ZERO;
    openGate();
    return this;
  }

  /** Goes back to the gate it stood at, and asks it again. */
  Draft backToGate() {
    settle(Phase.GATE);
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

  /** Holds in the stage. */
  Draft holdFor(HoldCause cause, String reason) {
    settle(Phase.HOLDING);
    hold = cause;
    holdReason = reason;
    return this;
  }

  /** Holds in the stage until a person decides, as its time is up. */
  Draft holdOverdue() {
    overdue = true;
    return holdFor(HoldCause.MAXIMUM, "");
  }

  /** Holds in the stage as the evidence is too old. What passed since it was fresh is no dwell. */
  Draft holdAsStale(Duration evidenceAge) {
    stageDwell = without(evidenceAge.minus(RolloutMachine.FRESH), stageDwell, before.stageDwell());
    return holdFor(HoldCause.STALE_EVIDENCE, "");
  }

  /** Counts what nobody saw pass for nothing: as dwell, towards the maximum, as bake time. */
  Draft forget(Duration unseen) {
    stageDwell = without(unseen, stageDwell, before.stageDwell());
    stageTime = without(unseen, stageTime, before.stageTime());
    gateTime = without(unseen, gateTime, before.gateTime());
    return this;
  }

  private static Duration without(Duration unseen, Duration time, Duration least) {
    Duration counted = time.minus(unseen);
    return counted.compareTo(least) < 0 ? least : counted;
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

  private Draft goBack() {
    if (waiting) {
      return backToGate();
    }
    return overdue ? holdOverdue() : run();
  }

  Draft kill() {
    killed = true;
    if (before.phase() != Phase.PENDING) {
      settle(Phase.HOLDING);
      hold = HoldCause.KILLED;
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

  /** Goes on in the stage in a new period of evidence. */
  Draft extend() {
    extensions++;
    return begin(period.next(extensions, now));
  }

  /** Begins the stage again, without moving traffic, in a new period of evidence. */
  Draft repeat() {
    settle(Phase.RUNNING);
    stageDwell = Duration.ZERO;
    stageTime = Duration.ZERO;
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
    effects.add(new Effect.ServeControl());
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
            stageDwell,
            stageTime,
            gateTime,
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
