package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.Moments;
import dev.serin.server.outcome.aggregate.FixedPoint;
import dev.serin.server.outcome.aggregate.LogBins;
import java.util.Arrays;

/** What was counted of one arm in one stage. Grows while the stage runs; for one thread. */
public final class Tally {
  private final long[] events;
  private final long[] eventUsers;
  private final long[] firstEventUsers;

  /** By event, its users by the second of the run in which they were first seen in the stage. */
  private final int[][] arrivals;

  private final double[] sums;
  private final double[] squares;
  private final long[][] bins;
  private final Values compared;
  private long requests;
  private long users;
  private long firstUsers;

  /** Nothing counted of a world's metrics. */
  Tally(World world) {
    this.events = new long[world.events().size()];
    this.eventUsers = new long[events.length];
    this.firstEventUsers = new long[events.length];
    this.arrivals = new int[events.length][1];
    this.sums = new double[world.values().size()];
    this.squares = new double[sums.length];
    this.bins = new long[sums.length][1];
    this.compared = new Values(world);
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

  /**
   * Distinct users with the event in the stage who were first seen in it in some seconds.
   *
   * @param from the first of them, since the run's start, 0 or more
   * @param until the first one after them
   */
  long eventUsersOf(int event, long from, long until) {
    long sum = 0;
    long end = Math.min(until, arrivals[event].length);
    for (long second = from; second < end; second++) {
      sum += arrivals[event][(int) second];
    }
    return sum;
  }

  /** Distinct users whose event is news for the run: their first one came in this stage. */
  public long firstEventUsers(int event) {
    return firstEventUsers[event];
  }

  /** The sum of a metric's values. */
  double sum(int value) {
    return sums[value];
  }

  /** The moments of a metric's values, request by request. */
  Moments moments(int value) {
    double mean = requests == 0 ? 0 : sums[value] / requests;
    double deviations = requests < 2 ? 0 : Math.max(0, squares[value] - sums[value] * mean);
    return new Moments(requests, sums[value], deviations, 0, requests == 0 ? 0 : sums[value]);
  }

  /** A copy of how many of a metric's values are in each bin of {@link LogBins}. */
  long[] bins(int value) {
    return bins[value].clone();
  }

  /** What means and quantiles are tested by. */
  Values compared() {
    return compared;
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

  /**
   * Tells when users were first seen in the stage of whom it is news there that they have the
   * event.
   *
   * @param second since the run's start
   */
  void addArrivals(int event, long second, long users) {
    int index = Math.toIntExact(second);
    if (index >= arrivals[event].length) {
      arrivals[event] = Arrays.copyOf(arrivals[event], Math.max(index + 1, 2 * index));
    }
    arrivals[event][index] += Math.toIntExact(users);
  }

  void addValue(int value, double size) {
    sums[value] += size;
    squares[value] += size * size;
    int bin = LogBins.binOf(FixedPoint.toSteps(Math.min(size, FixedPoint.MAX_VALUE)));
    if (bin >= bins[value].length) {
      bins[value] = Arrays.copyOf(bins[value], bin + 1);
    }
    bins[value][bin]++;
  }
}
