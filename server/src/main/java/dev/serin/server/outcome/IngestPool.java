package dev.serin.server.outcome;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The threads that judge outcomes, {@code serin-ingest-N}, and their line: each task stands in it
 * at most once, however often it is signalled. Workers never wait for anything but the line.
 *
 * <p>{@link #signal} never waits and takes no lock, so that an event loop may call it. Safe for all
 * threads.
 */
final class IngestPool implements AutoCloseable {
  /** Seconds that the task at hand may take when the pool closes. */
  private static final long CLOSE_SECONDS = 5;

  private final LinkedTransferQueue<IngestTask> line = new LinkedTransferQueue<>();
  private final Thread[] workers;
  private final ScheduledExecutorService later;

  /**
   * Starts workers.
   *
   * @param judges makes the judge of a worker
   */
  IngestPool(int threads, Supplier<Judge> judges) {
    workers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      Judge judge = judges.get();
      workers[i] =
          Thread.ofPlatform().name("serin-ingest-" + (i + 1)).daemon().start(() -> work(judge));
    }
    later =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("serin-ingest-later").daemon().factory());
  }

  /** Has a worker go on with a task. */
  void signal(IngestTask task) {
    if (task.due()) {
      line.put(task);
    }
  }

  /** Has a worker go on with a task after some time. */
  void signalLater(IngestTask task, Duration delay) {
    var _ = later.schedule(() -> signal(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has something looked at again and again; it must not fail. */
  void lookEach(Duration interval, Runnable look) {
    long millis = interval.toMillis();
    var _ = later.scheduleWithFixedDelay(look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void work(Judge judge) {
    try {
      while (true) {
        IngestTask task = line.take();
        task.begin();
        try {
          task.run(judge);
        } catch (RuntimeException fault) {
          task.failed(fault);
        }
        if (task.end()) {
          line.put(task);
        }
      }
    } catch (InterruptedException e) {
      // The pool closes.
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the workers; what stands in line is left. */
  @Override
  public void close() {
    later.shutdownNow();
    for (Thread worker : workers) {
      worker.interrupt();
    }
    try {
      for (Thread worker : workers) {
        worker.join(Duration.ofSeconds(CLOSE_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
