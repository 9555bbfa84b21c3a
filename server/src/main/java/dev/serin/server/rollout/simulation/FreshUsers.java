package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.analysis.count.StageProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Users of a stage since the newest marks, where each request is of a user of its own: then what
 * has come since is who has come since. For one run.
 */
final class FreshUsers {
  /** As many as are kept of a run. */
  private static final int MOST = 20;

  private final Set<Integer> events;
  private final List<Mark> marks = new ArrayList<>();
  private int stage;
  private int extension;
  private int number;

  private record Mark(
      int extension, int number, ArmCounts users, Map<Integer, ArmCounts> withEvent) {}

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
      Map<Integer, ArmCounts> withEvent = new HashMap<>();
      events.forEach(event -> withEvent.put(event, withEvent(look, event)));
      marks.add(new Mark(period, due, users(look), withEvent));
      if (marks.size() > MOST) {
        marks.removeFirst();
      }
    } else {
      return;
    }
    extension = period;
    number = due;
  }

  /** Users since each mark, in order; empty: no circuit breaker is of this event. */
  List<Since> since(Look look, int event) {
    if (!events.contains(event)) {
      return List.of();
    }
    return marks.stream()
        .map(
            mark ->
                new Since(
                    mark.extension(),
                    mark.number(),
                    users(look).since(mark.users()),
                    withEvent(look, event)
                        .since(mark.withEvent().getOrDefault(event, ArmCounts.NONE))))
        .toList();
  }

  private static ArmCounts users(Look look) {
    return new ArmCounts(look.treatment().users(), look.control().users());
  }

  private static ArmCounts withEvent(Look look, int event) {
    return new ArmCounts(look.treatment().eventUsers(event), look.control().eventUsers(event));
  }
}
