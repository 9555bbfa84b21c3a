package dev.serin.loadtest.wire;

import java.util.SplittableRandom;

/**
 * The times calls of an open loop are due, in nanoseconds from the start of the run. A call that
 * could not be sent in time stays due at its time: the schedule never waits for the server. Not
 * thread-safe.
 */
final class ArrivalSchedule {

  /** The same arrivals in every run. */
  private static final long SEED = 0x5E21;

  private static final double NANOS_PER_SECOND = 1e9;

  private final double meanGapNanos;
  private final Pace.Arrivals arrivals;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private long index;
  private double dueNanos;

  ArrivalSchedule(Pace.Open pace) {
    meanGapNanos = NANOS_PER_SECOND / pace.callsPerSecond();
    arrivals = pace.arrivals();
    dueNanos = arrivals == Pace.Arrivals.EVEN ? 0 : gap();
  }

  /** Returns when the next call is due. */
  long dueNanos() {
    return (long) dueNanos;
  }

  /** Goes on to the call after it. */
  void advance() {
    index++;
    // Even times are computed from the index: a sum would drift over millions of calls.
    dueNanos = arrivals == Pace.Arrivals.EVEN ? index * meanGapNanos : dueNanos + gap();
  }

  private double gap() {
    return -Math.log(1 - random.nextDouble()) * meanGapNanos;
  }
}
