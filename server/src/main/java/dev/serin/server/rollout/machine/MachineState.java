package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The state of a run, up to the last entry of its log.
 *
 * <p>Times are sums of what lies between entries of the log; what has passed since the last one is
 * added by whoever asks ({@link #seen}). Where the clock is behind the last entry, nothing has
 * passed.
 *
 * @param version entries in the log
 * @param time of the last entry; of a run without entries, when it was made
 * @param phase what it is doing
 * @param stage number of the stage that is served, from 1; 0: none yet
 * @param waiting true: it stands (or, paused or killed, would stand) at a gate before the next
 *     stage
 * @param gate index of the gate it waits at; the number of gates when all are passed
 * @param gateRefused true: the gate's answer was no
 * @param paused true: a person paused it, the kill switch may lie above
 * @param killed true: the kill switch is set
 * @param overdue true: the stage reached its maximum and waits for a person (paused or killed,
 *     would wait)
 * @param hold why it holds
 * @param holdReason code of the verdict that holds it; empty: no verdict does
 * @param holds how often this stage was held for what the evidence says, changes of the reason
 *     counted
 * @param times up to the last entry
 * @param period what is counted now is evidence of
 * @param extensions repeats and extensions of stages in the run
 * @param traffic the treatment's share
 */
public record MachineState(
    long version,
    Instant time,
    Phase phase,
    int stage,
    boolean waiting,
    int gate,
    boolean gateRefused,
    boolean paused,
    boolean killed,
    boolean overdue,
    HoldCause hold,
    String holdReason,
    int holds,
    Times times,
    Period period,
    int extensions,
    TrafficShare traffic) {
  /**
   * Checks that all is there.
   *
   * @throws IllegalArgumentException where a number is below 0
   */
  public MachineState {
    requireNonNull(time, "time");
    requireNonNull(phase, "phase");
    requireNonNull(hold, "hold");
    requireNonNull(holdReason, "holdReason");
    requireNonNull(times, "times");
    requireNonNull(period, "period");
    requireNonNull(traffic, "traffic");
    if (version < 0 || stage < 0 || gate < 0 || holds < 0 || extensions < 0) {
      throw new IllegalArgumentException(
          "version, stage, gate, holds, extensions: %d, %d, %d, %d, %d (expected: 0 or more)"
              .formatted(version, stage, gate, holds, extensions));
    }
  }

  /** A run that has not begun. */
  public static MachineState pending(Instant made) {
    Instant time = made.truncatedTo(ChronoUnit.MILLIS);
    return new MachineState(
        0,
        time,
        Phase.PENDING,
        0,
        false,
        0,
        false,
        false,
        false,
        false,
        HoldCause.NONE,
        "",
        0,
        Times.NONE,
        Period.first(0, time, Duration.ZERO),
        0,
        TrafficShare.NONE);
  }

  /** Time spent in RUNNING in this stage. */
  public Duration dwell(Instant now) {
    return seen(now, Duration.ZERO).dwell();
  }

  /** Time that counts against the stage's maximum. */
  public Duration timeInStage(Instant now) {
    return seen(now, Duration.ZERO).inStage();
  }

  /** Time spent at this gate. */
  public Duration timeAtGate(Instant now) {
    return seen(now, Duration.ZERO).atGate();
  }

  /**
   * The times at a look, with what nobody saw left out: what passed without a look since the last
   * entry counts for nothing, but for {@link RolloutMachine#FRESH}, which a look covers. A clock
   * that jumps ahead looks like nobody looking.
   *
   * @param sinceLook time since the look before, by the clock that the log is timed by
   */
  public Times seen(Instant now, Duration sinceLook) {
    Duration more = sinceEntry(now).minus(unseen(now, sinceLook));
    return new Times(
        phase == Phase.RUNNING ? times.dwell().plus(more) : times.dwell(),
        isStageTimed() ? times.inStage().plus(more) : times.inStage(),
        phase == Phase.GATE ? times.atGate().plus(more) : times.atGate(),
        isServed() ? times.served().plus(more) : times.served(),
        isHeldByEvidence() ? times.held().plus(more) : times.held());
  }

  /** What passed without a look since the last entry, but for what a look covers; 0: nothing. */
  Duration unseen(Instant now, Duration sinceLook) {
    Duration passed = sinceEntry(now);
    Duration gap = sinceLook.compareTo(passed) < 0 ? sinceLook : passed;
    return gap.compareTo(RolloutMachine.FRESH) > 0
        ? gap.minus(RolloutMachine.FRESH)
        : Duration.ZERO;
  }

  /** Whether time that passes counts for anything: a dwell, a maximum, a bake, a period. */
  boolean isTimed() {
    return phase == Phase.GATE || isStageTimed() || isServed();
  }

  /**
   * Whether some or all are served the treatment by a stage: the last one has circuit breakers to
   * watch it, too.
   */
  boolean isServed() {
    return !killed && !phase.isOver() && traffic.compareTo(TrafficShare.NONE) > 0;
  }

  /** Whether it is about the same as another one, but for how long. */
  public boolean doesSameAs(MachineState other) {
    return phase == other.phase
        && stage == other.stage
        && waiting == other.waiting
        && gate == other.gate
        && gateRefused == other.gateRefused
        && paused == other.paused
        && killed == other.killed
        && overdue == other.overdue
        && hold == other.hold
        && holdReason.equals(other.holdReason)
        && holds == other.holds
        && period.equals(other.period)
        && extensions == other.extensions
        && traffic.equals(other.traffic);
  }

  boolean isHeldByEvidence() {
    return hold == HoldCause.VERDICT || hold == HoldCause.STALE_EVIDENCE;
  }

  private boolean isStageTimed() {
    return phase == Phase.RUNNING || isHeldByEvidence();
  }

  /** Now, or the last entry's time where the clock is behind it; in milliseconds, as it is kept. */
  Instant floored(Instant now) {
    Instant cut = now.truncatedTo(ChronoUnit.MILLIS);
    return cut.isBefore(time) ? time : cut;
  }

  Duration sinceEntry(Instant now) {
    return Duration.between(time, floored(now));
  }
}
