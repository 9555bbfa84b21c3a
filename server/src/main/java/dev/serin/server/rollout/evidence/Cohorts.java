package dev.serin.server.rollout.evidence;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.analysis.count.Since;
import dev.serin.server.analysis.count.StageProcess;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import dev.serin.server.outcome.aggregate.UnitSet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The users of one stage by when they were first seen in it: since which of the newest marks, drawn
 * every {@link StageProcess#INTERVAL} of the period. For circuit breakers, which good hours before
 * an outage must not hide.
 *
 * <p>It keeps the users of the newest mark, and of those before it whoever came until the next: no
 * more than twice the users of the stage. Where it begins in the middle, as after another
 * controller or where users are numbered anew, whoever has been seen by then is in no cohort.
 */
final class Cohorts {
  /**
   * Marks that are kept: those of ten minutes. An outage that takes longer to show is no outage,
   * and shows from the stage's start.
   */
  static final int MOST = 20;

  private int stage;
  private @Nullable UnitNumbering numbering;
  private int extension;
  private int number;

  /** In order, those that came until the next mark. */
  private final Deque<Cohort> closed = new ArrayDeque<>();

  /** Who had come at the newest mark; null: none was drawn. */
  private @Nullable Cohort atNewest;

  /** Users of both arms, with the mark that they came after, or that they had come at. */
  private record Cohort(int extension, int number, UnitSet treated, UnitSet control) {}

  /**
   * Draws a mark, where one is due.
   *
   * @param users of the stage up to this look
   * @param period its number among the run's
   * @param elapsed of the period; 0: not known yet
   */
  void draw(int ofStage, UnitNumbering of, StageUsers users, int period, Duration elapsed) {
    if (!elapsed.isPositive()) {
      return;
    }
    int due = Math.toIntExact(Math.clamp(elapsed.dividedBy(StageProcess.INTERVAL), 0, 1 << 30));
    if (ofStage != stage || !of.equals(numbering)) {
      stage = ofStage;
      numbering = of;
      closed.clear();
      atNewest = null;
    } else if (due > 0 && (period > extension || (period == extension && due > number))) {
      Cohort now = new Cohort(period, due, users.treated(), users.control());
      if (atNewest != null) {
        closed.add(
            new Cohort(
                atNewest.extension(),
                atNewest.number(),
                now.treated().without(atNewest.treated()),
                now.control().without(atNewest.control())));
      }
      if (closed.size() == MOST) {
        closed.remove();
      }
      atNewest = now;
    } else {
      return;
    }
    extension = period;
    number = due;
  }

  /**
   * Users first seen since each mark, in order.
   *
   * @param of what users are numbered by
   * @param users of the stage
   * @param withEvent of them
   */
  List<Since> since(int ofStage, UnitNumbering of, StageUsers users, StageUsers withEvent) {
    Cohort newest = atNewest;
    if (newest == null || ofStage != stage || !of.equals(numbering)) {
      return List.of();
    }
    UnitSet treated = users.treated();
    UnitSet treatedWithEvent = withEvent.treated();
    ArmCounts exposed =
        counts(treated, users.control()).since(in(newest, treated, users.control()));
    ArmCounts hits =
        counts(treatedWithEvent, withEvent.control())
            .since(in(newest, treatedWithEvent, withEvent.control()));
    List<Since> since = new ArrayList<>();
    since.add(new Since(newest.extension(), newest.number(), exposed, hits));
    for (Iterator<Cohort> before = closed.descendingIterator(); before.hasNext(); ) {
      Cohort cohort = before.next();
      exposed = exposed.plus(in(cohort, treated, users.control()));
      hits = hits.plus(in(cohort, treatedWithEvent, withEvent.control()));
      since.add(new Since(cohort.extension(), cohort.number(), exposed, hits));
    }
    Collections.reverse(since);
    return since;
  }

  private static ArmCounts counts(UnitSet treated, UnitSet control) {
    return new ArmCounts(treated.size(), control.size());
  }

  /** How many of a cohort are in both sets: who has leaked meanwhile is in neither. */
  private static ArmCounts in(Cohort cohort, UnitSet treated, UnitSet control) {
    return new ArmCounts(
        cohort.treated().intersectionSize(treated), cohort.control().intersectionSize(control));
  }
}
