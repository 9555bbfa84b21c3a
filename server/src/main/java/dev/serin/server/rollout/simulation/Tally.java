package dev.serin.server.rollout.simulation;

/** What was counted of one arm in one stage. Grows while the stage runs; for one thread. */
public final class Tally {
  private final long[] events;
  private final long[] eventUsers;
  private final long[] firstEventUsers;
  private long requests;
  private long users;
  private long firstUsers;

  /** Nothing counted of so many events. */
  Tally(int events) {
    this.events = new long[events];
    this.eventUsers = new long[events];
    this.firstEventUsers = new long[events];
  }

  /** Requests in the stage. */
  public long requests() {
    return requests;
  }

  /** Distinct users seen in the stage. */
  public long users() {
    return users;
  }

  /** Distinct users who are news for the run: seen in this stage first, in any arm. */
  public long firstUsers() {
    return firstUsers;
  }

  /** Requests with the event in the stage. */
  public long events(int event) {
    return events[event];
  }

  /** Distinct users with the event in the stage. */
  public long eventUsers(int event) {
    return eventUsers[event];
  }

  /** Distinct users whose event is news for the run: their first one came in this stage. */
  public long firstEventUsers(int event) {
    return firstEventUsers[event];
  }

  void addRequests(long more, long newUsers, long newInRun) {
    requests += more;
    users += newUsers;
    firstUsers += newInRun;
  }

  void addEvents(int event, long more, long newUsers, long firstUsers) {
    events[event] += more;
    eventUsers[event] += newUsers;
    firstEventUsers[event] += firstUsers;
  }
}
