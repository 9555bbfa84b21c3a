package dev.serin.server.outcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Exposures on their way from the one thread that records them to the one that flushes them: a ring
 * of fixed size, without locks. Recording allocates nothing, and asks nobody whether it may.
 *
 * <p>Both sides count what they ever did; a number's low bits are its place in the ring. The
 * recording side owns {@code written}, the draining side {@code read}: each publishes its own by a
 * release and sees the other's by an acquire, so that whoever sees a number sees what was put, or
 * taken, before it. The draining side comes by once for each flush: they share no line of the
 * processor's cache often enough to keep them apart.
 */
final class ExposureRing implements ExposureRecorder {
  /** Exposures that one thread may record between two flushes; a power of two. */
  static final int CAPACITY = 65_536;

  private static final VarHandle WRITTEN;
  private static final VarHandle READ;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WRITTEN = lookup.findVarHandle(ExposureRing.class, "written", long.class);
      READ = lookup.findVarHandle(ExposureRing.class, "read", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final @Nullable ExposurePoint[] points;
  private final long[] units;
  private final int mask;
  private final LongAdder dropped;

  /** How many were ever recorded; written by the recording thread. */
  private long written;

  /** How many were ever drained; written by the draining thread. */
  private long read;

  /** What the recording thread last saw of {@link #read}: it looks again only where it must. */
  private long knownRead;

  /**
   * An empty ring.
   *
   * @param dropped is told of each exposure that found no room
   */
  ExposureRing(LongAdder dropped) {
    this(CAPACITY, dropped);
  }

  /**
   * An empty ring.
   *
   * @param capacity a power of two
   */
  ExposureRing(int capacity, LongAdder dropped) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: a power of two)");
    }
    this.points = new @Nullable ExposurePoint[capacity];
    this.units = new long[capacity];
    this.mask = capacity - 1;
    this.dropped = dropped;
  }

  /** For the recording thread. */
  @Override
  public void record(ExposurePoint point, long unit) {
    long number = written;
    if (number - knownRead > mask) {
      knownRead = (long) READ.getAcquire(this);
      if (number - knownRead > mask) {
        dropped.increment();
        return;
      }
    }
    int at = (int) number & mask;
    points[at] = point;
    units[at] = unit;
    WRITTEN.setRelease(this, number + 1);
  }

  /**
   * Moves what was recorded, the oldest first, into a log. For the draining thread.
   *
   * @param max how many at most, 0 or more
   */
  void drainTo(ExposureLog log, int max) {
    long from = read;
    long until = Math.min((long) WRITTEN.getAcquire(this), from + max);
    for (long number = from; number < until; number++) {
      int at = (int) number & mask;
      ExposurePoint point = points[at];
      if (point == null) {
        throw new IllegalStateException("ring: nothing at " + number + " (expected: an exposure)");
      }
      log.add(point, units[at]);
      points[at] = null;
    }
    READ.setRelease(this, until);
  }

  /** Whether all that was recorded is drained. Safe for all threads. */
  boolean isEmpty() {
    return (long) READ.getAcquire(this) == (long) WRITTEN.getAcquire(this);
  }
}
