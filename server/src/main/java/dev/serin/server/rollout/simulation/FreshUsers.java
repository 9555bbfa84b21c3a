package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.analysis.count.StageProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Users of a stage who were first seen since the newest marks, whether they come again or not. For
 * one run.
 */
final class FreshUsers {
  /** As many as are kept of a run. */
  private static final int MOST = 20;

  private final Set<Integer> events;
  private final List<Mark> marks = new ArrayList<>();
  private int stage;
  private int extension;
  private int number;

  /**
   * A mark.
   *
   * @param second whoever was first seen from then on came after it
   * @param users of the stage who came before it
   */
  private record Mark(int extension, int number, long second, ArmCounts users) {}

  /** Of the world's metrics with these numbers, those of circuit breakers. */
  FreshUsers(Set<Integer> events) {
    this.events = Set.copyOf(events);
  }

  /** Draws a mark, where one is due. */
  void draw(Look look, Duration elapsed) {
    int due = Math.toIntExact(elapsed.dividedBy(StageProcess.INTERVAL));
    int period = look.period().extension();
    if (look.stage() != stage) {
      marks.clear();
      stage = look.stage();
    } else if (due > 0 && (period > extension || (period == extension && due > number))) {
      marks.add(new Mark(period, due, look.second(), users(look)));
      if (marks.size() > MOST) {
        marks.removeFirst();
      }
    } else {
      return;
    }
    extension = period;
    number = due;
  }

  /** Forgets all marks: sets of users begin anew. */
  void forget() {
    marks.clear();
  }

  /**
   * Users since each mark of the look's stage, in order; empty: there is none yet, or no circuit
   * breaker is of this event.
   */
  List<Since> since(Look look, int event) {
    if (!events.contains(event) || look.stage() != stage) {
      return List.of();
    }
    List<Since> since = new ArrayList<>();
    ArmCounts withEvent = ArmCounts.NONE;
    long until = look.second();
    for (Mark mark : marks.reversed()) {
      withEvent = withEvent.plus(withEvent(look, event, mark.second(), until));
      until = mark.second();
      since.add(
          new Since(mark.extension(), mark.number(), users(look).since(mark.users()), withEvent));
    }
    Collections.reverse(since);
    return since;
  }

  private static ArmCounts users(Look look) {
    return new ArmCounts(look.treatment().users(), look.control().users());
  }

  private static ArmCounts withEvent(Look look, int event, long from, long until) {
    return new ArmCounts(
        look.treatment().eventUsersOf(event, from, until),
        look.control().eventUsersOf(event, from, until));
  }
}
