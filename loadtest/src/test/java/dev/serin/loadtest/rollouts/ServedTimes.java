package dev.serin.loadtest.rollouts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long it took until moves were served, looked at every 20 ms, and whether this machine let
 * them be: where a pause of the looks lasts much longer, it stood still itself. For one thread.
 */
final class ServedTimes {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A pause that lasted so long is late. */
  private static final long LATE_NANOS = 5 * PAUSE_NANOS;

  private static final double MOST_LATE = 0.1;
  private static final Duration GENEROUS = Duration.ofMinutes(2);

  private final List<Duration> times = new ArrayList<>();
  private int pauses;
  private int late;

  /**
   * Makes a move, and waits until it is served.
   *
   * @param move returns when it is acknowledged; what it takes counts
   */
  void add(Runnable move, Callable<Boolean> served) throws Exception {
    long begin = System.nanoTime();
    move.run();
    while (!served.call()) {
      long before = System.nanoTime();
      if (before - begin > GENEROUS.toNanos()) {
        throw new AssertionError("a move is not served (expected: within " + GENEROUS + ")");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      pauses++;
      late += System.nanoTime() - before > LATE_NANOS ? 1 : 0;
    }
    times.add(Duration.ofNanos(System.nanoTime() - begin));
  }

  List<Duration> times() {
    return List.copyOf(times);
  }

  /** Whether the machine carried it: it has measured the moves, and not itself. */
  boolean isCarried() {
    return late <= MOST_LATE * pauses;
  }

  /** Within which so large a part of the moves was served, 0 to 1. */
  Duration within(double part) {
    List<Duration> sorted = times.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size()));
  }

  @Override
  public String toString() {
    return "%d moves served after: median %d ms, 90 of 100 %d, slowest %d; %d of %d pauses late"
        .formatted(
            times.size(),
            within(0.5).toMillis(),
            within(0.9).toMillis(),
            within(1).toMillis(),
            late,
            pauses);
  }
}
