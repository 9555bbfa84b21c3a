package dev.serin.server.report;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.server.telemetry.Metrics;
import dev.serin.server.telemetry.Sample;
import dev.serin.v1.ExportDecisionsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * The readers of exports, and the one thread that sends to all of them. What is held for a reader
 * is bounded, and so is their number: a reader counts until its call is over, so that one that was
 * ended and does not listen is not replaced by another that does not.
 */
public final class Exports implements AutoCloseable {
  /** Readers at once. */
  public static final int READERS_MAX = 16;

  /** Bytes of records that wait for one reader, beyond one flush. */
  static final long WAITING_BYTES_MAX = 16L * 1024 * 1024;

  /** How often it is looked whether all have ended. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  private final CommittedFeed feed;
  private final Set<ExportReader> readers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder lost = new LongAdder();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("serin-export").daemon().factory());
  private volatile boolean stopping;

  /** Exports of what a feed tells. */
  public Exports(CommittedFeed feed) {
    this.feed = feed;
  }

  /** Shows how many read, and what they lost. */
  public void register(Metrics metrics) {
    metrics.gauges(
        "serin_exports",
        "Readers of exports that are sent what becomes durable.",
        List.of(),
        () -> List.of(new Sample(List.of(), feed.size())));
    metrics.counters(
        "serin_export_lost",
        "Records that readers of exports were not sent as they were too slow, or at a stop.",
        List.of(),
        () -> List.of(new Sample(List.of(), lost.sum())));
  }

  /**
   * Begins an export; called while its call is begun.
   *
   * @throws dev.serin.server.error.ApiException if there are too many, or the server stops
   */
  void open(ExportFilter filter, ServerCallStreamObserver<ExportDecisionsResponse> observer) {
    if (count.incrementAndGet() > READERS_MAX) {
      count.decrementAndGet();
      throw ApiErrors.overloaded("exports", READERS_MAX, "readers");
    }
    ExportReader reader =
        new ExportReader(
            new ExportLine(filter, WAITING_BYTES_MAX),
            feed,
            observer,
            thread,
            lost::add,
            this::gone);
    readers.add(reader);
    reader.begin();
    // Looked at after it was added: stop sees the reader, or the reader hears it here.
    if (stopping) {
      reader.stop();
    }
  }

  private void gone(ExportReader reader) {
    readers.remove(reader);
    count.decrementAndGet();
  }

  /** Sends what is committed to whoever takes it in time, and ends all calls. */
  public void stop(Duration limit) throws InterruptedException {
    stopping = true;
    readers.forEach(ExportReader::stop);
    if (!awaitEnds(limit)) {
      readers.forEach(ExportReader::abandon);
      awaitEnds(limit);
    }
  }

  private boolean awaitEnds(Duration limit) throws InterruptedException {
    long begin = System.nanoTime();
    while (!readers.stream().allMatch(ExportReader::isOver)) {
      if (System.nanoTime() - begin > limit.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return true;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
