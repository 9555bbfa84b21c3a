package dev.serin.server.telemetry;

import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often a method was called, how the calls ended and how long they took. Recording neither
 * allocates nor locks; any thread may record and read.
 */
public final class CallMeter {
  /** Upper bounds of the latency buckets in nanoseconds: three to a decade. */
  private static final long[] BOUNDS_NANOS = bounds();

  private final String method;
  private final LongAdder[] codes = adders(Status.Code.values().length);
  private final LongAdder[] buckets = adders(BOUNDS_NANOS.length + 1);
  private final LongAdder sumNanos = new LongAdder();

  CallMeter(String method) {
    this.method = method;
  }

  /** Counts a call that ended so after this time. */
  public void record(Status.Code code, long nanos) {
    codes[code.value()].increment();
    int bucket = 0;
    while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
      bucket++;
    }
    buckets[bucket].increment();
    sumNanos.add(nanos);
  }

  /** Full name of the method, {@code serin.v1.DecisionService/Evaluate}. */
  public String method() {
    return method;
  }

  /** Calls that ended so. */
  public long count(Status.Code code) {
    return codes[code.value()].sum();
  }

  /** Upper bounds of the latency buckets but the last, in seconds. */
  static double[] boundsSeconds() {
    double[] seconds = new double[BOUNDS_NANOS.length];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = BOUNDS_NANOS[i] / (double) TimeUnit.SECONDS.toNanos(1);
    }
    return seconds;
  }

  /** Calls in each bucket, the last for everything above the bounds. */
  long[] bucketCounts() {
    long[] counts = new long[buckets.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = buckets[i].sum();
    }
    return counts;
  }

  double sumSeconds() {
    return sumNanos.sum() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** 10 us, 25 us, 50 us, 100 us, … 10 s. */
  private static long[] bounds() {
    int decades = 6;
    long[] bounds = new long[decades * 3 + 1];
    long nanos = TimeUnit.MICROSECONDS.toNanos(10);
    for (int decade = 0; decade < decades; decade++) {
      bounds[decade * 3] = nanos;
      bounds[decade * 3 + 1] = nanos * 5 / 2;
      bounds[decade * 3 + 2] = nanos * 5;
      nanos *= 10;
    }
    bounds[decades * 3] = nanos;
    return bounds;
  }

  private static LongAdder[] adders(int count) {
    var adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
