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
 * added by whoever asks ({@link #dwell(Instant)}). Where the clock is behind the last entry,
 * nothing has passed.
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
 * @param stageDwell time in RUNNING in this stage, up to the last entry
 * @param stageTime time towards this stage's maximum: in RUNNING, and in HOLDING for what the
 *     evidence says, likewise
 * @param gateTime time at this gate, PAUSED and HOLDING not counted, likewise
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
    Duration stageDwell,
    Duration stageTime,
    Duration gateTime,
    Period period,
    int extensions,
    TrafficShare traffic) {
  /** Checks that all is there. */
  public MachineState {
    requireNonNull(time, "time");
    requireNonNull(phase, "phase");
    requireNonNull(hold, "hold");
    requireNonNull(holdReason, "holdReason");
    requireNonNull(stageDwell, "stageDwell");
    requireNonNull(stageTime, "stageTime");
    requireNonNull(gateTime, "gateTime");
    requireNonNull(period, "period");
    requireNonNull(traffic, "traffic");
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
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Period.first(0, time, Duration.ZERO),
        0,
        TrafficShare.NONE);
  }

  /** Time spent in RUNNING in this stage. */
  public Duration dwell(Instant now) {
    return phase == Phase.RUNNING ? stageDwell.plus(sinceEntry(now)) : stageDwell;
  }

  /** Time that counts against the stage's maximum. */
  public Duration timeInStage(Instant now) {
    return isStageTimed() ? stageTime.plus(sinceEntry(now)) : stageTime;
  }

  /** Time spent at this gate. */
  public Duration timeAtGate(Instant now) {
    return phase == Phase.GATE ? gateTime.plus(sinceEntry(now)) : gateTime;
  }

  /** Whether time that passes counts for anything: a dwell, a maximum, a bake. */
  boolean isTimed() {
    return phase == Phase.GATE || isStageTimed();
  }

  private boolean isStageTimed() {
    return switch (hold) {
      case NONE -> phase == Phase.RUNNING;
      case VERDICT, STALE_EVIDENCE -> true;
      case FROZEN, MAXIMUM, KILLED -> false;
    };
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
