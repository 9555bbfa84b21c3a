package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.count.ArmCounts;
import dev.serin.server.outcome.aggregate.UnitNumbering;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts of sets of users, which may begin anew in a run, as they do where they are thinned: from
 * then on only users count who are first seen, or are first seen to have the event, after it. That
 * fewer of them are kept then is not simulated. For one run.
 */
final class CountedSets {
  /** When they begin anew, since the run's start, in order. */
  private final List<Duration> anew;

  private final int events;
  private UnitNumbering numbering;
  private int generation;

  /** Of the stage that they last began anew in; 0: of none. */
  private int stage;

  private long second;
  private ArmCounts users = ArmCounts.NONE;
  private ArmCounts firstUsers = ArmCounts.NONE;
  private List<ArmCounts> firstWithEvent = List.of();

  /** Of a world with so many events; the numbering may be that of other runs. */
  CountedSets(List<Duration> anew, int events, UnitNumbering numbering) {
    this.anew = anew;
    this.events = events;
    this.numbering = numbering;
  }

  /** Begins a look; returns whether sets begin anew with it. */
  boolean begin(Look look) {
    if (generation == anew.size() || look.second() < anew.get(generation).toSeconds()) {
      return false;
    }
    // What has come up to now has been seen, and counts no more.
    List<ArmCounts> seen = new ArrayList<>();
    for (int event = 0; event < events; event++) {
      seen.add(allFirstWithEvent(look, event));
    }
    users = allUsers(look);
    firstUsers = allFirstUsers(look);
    firstWithEvent = List.copyOf(seen);
    second = look.second();
    stage = look.stage();
    generation++;
    numbering = new UnitNumbering();
    return true;
  }

  /** How often they have begun anew. */
  int generation() {
    return generation;
  }

  /** What users are numbered by: another one in another generation. */
  UnitNumbering numbering() {
    return numbering;
  }

  private boolean isAnew(Look look) {
    return look.stage() == stage;
  }

  /** Users of the stage. */
  ArmCounts users(Look look) {
    ArmCounts all = allUsers(look);
    return isAnew(look) ? all.since(users) : all;
  }

  private static ArmCounts allUsers(Look look) {
    return new ArmCounts(look.treatment().users(), look.control().users());
  }

  /** Users of the stage who are news for the run. */
  ArmCounts firstUsers(Look look) {
    ArmCounts all = allFirstUsers(look);
    return isAnew(look) ? all.since(firstUsers) : all;
  }

  private static ArmCounts allFirstUsers(Look look) {
    return new ArmCounts(look.treatment().firstUsers(), look.control().firstUsers());
  }

  /** Users of the stage with the event: of {@link #users}. */
  ArmCounts withEvent(Look look, int event) {
    return isAnew(look)
        ? new ArmCounts(
            look.treatment().eventUsersOf(event, second, look.second()),
            look.control().eventUsersOf(event, second, look.second()))
        : new ArmCounts(look.treatment().eventUsers(event), look.control().eventUsers(event));
  }

  /** Users of the stage whose event is news for the run. */
  ArmCounts firstWithEvent(Look look, int event) {
    ArmCounts all = allFirstWithEvent(look, event);
    return isAnew(look) ? all.since(firstWithEvent.get(event)) : all;
  }

  private static ArmCounts allFirstWithEvent(Look look, int event) {
    return new ArmCounts(
        look.treatment().firstEventUsers(event), look.control().firstEventUsers(event));
  }
}
