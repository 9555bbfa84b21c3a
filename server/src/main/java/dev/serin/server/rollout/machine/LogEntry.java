package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Instant;

/**
 * One entry of a run's log: what happened, to what it led, and why.
 *
 * @param number from 1, without gaps; the version that the next command is checked against
 * @param time in milliseconds; never before that of the entry before, whatever clocks do
 * @param actor who; {@link RolloutMachine#SERIN} where nobody asked for it
 * @param reason a sentence for people
 * @param event what happened
 * @param from phase before
 * @param fromStage stage before; 0: none yet
 * @param to phase after
 * @param toStage stage after
 * @param traffic the treatment's share after
 */
public record LogEntry(
    long number,
    Instant time,
    String actor,
    String reason,
    Event event,
    Phase from,
    int fromStage,
    Phase to,
    int toStage,
    TrafficShare traffic) {
  /** Checks that all is there. */
  public LogEntry {
    requireNonNull(time, "time");
    requireNonNull(actor, "actor");
    requireNonNull(reason, "reason");
    requireNonNull(event, "event");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(traffic, "traffic");
  }

  /** Whether it moved the run as another entry did; words do not matter, nor does who is named. */
  boolean isSameMove(LogEntry other) {
    return number == other.number
        && time.equals(other.time)
        && event.equals(other.event)
        && from == other.from
        && fromStage == other.fromStage
        && to == other.to
        && toStage == other.toStage
        && traffic.compareTo(other.traffic) == 0;
  }
}
