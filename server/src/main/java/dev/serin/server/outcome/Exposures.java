package dev.serin.server.outcome;

import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * The exposures of a server between the calls that make them and the flush that makes them durable.
 *
 * <p>At most once: what finds no room is dropped and metered, what a killed process held is gone.
 * Nothing here waits for the store; while that is away, or nothing flushes, rings fill and drop.
 */
public final class Exposures {
  /**
   * Exposures of one flush: with 14 bytes for each unit that is new, its delta grows by less than 2
   * MiB.
   */
  static final int FLUSH_MAX = 131_072;

  private final InstantSource clock;
  private final LongAdder counted = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final List<ExposureRing> rings = new CopyOnWriteArrayList<>();
  private final ExposureRecorder shared = new Shared(ring());

  /** Which ring is drained first: each in turn, so that a flush that is full leaves none out. */
  private int first;

  /** How many the flush under way holds; written by the draining thread. */
  private volatile int underWay;

  /**
   * Rings are made as they are asked for.
   *
   * @param clock when exposures are drained is when they happened
   */
  public Exposures(InstantSource clock) {
    this.clock = clock;
  }

  /** One ring for several threads: for calls that are not answered on an event loop. */
  private record Shared(ExposureRing ring) implements ExposureRecorder {
    @Override
    public void record(ExposurePoint point, long unit) {
      synchronized (ring) {
        ring.record(point, unit);
      }
    }
  }

  /**
   * Makes a recorder for one thread, which keeps it for its life: it takes 800 KB that are never
   * given back.
   */
  public ExposureRecorder ofThread() {
    return ring();
  }

  /** The recorder for all other threads; it locks for the time of a few writes. */
  public ExposureRecorder shared() {
    return shared;
  }

  private ExposureRing ring() {
    ExposureRing ring = new ExposureRing(dropped);
    rings.add(ring);
    return ring;
  }

  /** Whether all that was recorded is durable, or dropped. Safe for all threads. */
  boolean areSettled() {
    // In this order: draining says what it has taken before it gives room back.
    return areDrained() && underWay == 0;
  }

  /** Whether nothing waits for the next flush. Safe for all threads. */
  boolean areDrained() {
    for (ExposureRing ring : rings) {
      if (!ring.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Takes what was recorded for a flush, and no more than one may hold. For one thread. */
  ExposureLog drain() {
    ExposureLog log = new ExposureLog(clock.millis());
    underWay = FLUSH_MAX;
    int count = rings.size();
    for (int i = 0; i < count; i++) {
      rings.get((first + i) % count).drainTo(log, FLUSH_MAX - log.size());
    }
    first = (first + 1) % count;
    underWay = log.size();
    return log;
  }

  /** What was drained is durable. */
  void committed(ExposureLog log) {
    counted.add(log.size());
    underWay = 0;
  }

  /** What was drained will not be counted here. */
  void lost(ExposureLog log) {
    dropped.add(log.size());
    underWay = 0;
  }

  /** Shows how many were counted, and how many dropped. */
  void register(Metrics metrics) {
    metrics.counters(
        "serin_exposures_counted",
        "Decisions given to a unit that were counted and made durable.",
        List.of(),
        () -> List.of(new Sample(List.of(), counted.sum())));
    metrics.counters(
        "serin_exposures_dropped",
        "Decisions given to a unit that were not counted: a full ring, or a replica that ended.",
        List.of(),
        () -> List.of(new Sample(List.of(), dropped.sum())));
  }
}
