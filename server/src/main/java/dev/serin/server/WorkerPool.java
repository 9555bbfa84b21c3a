package dev.serin.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads for everything that may wait: bounded, with a bounded queue in front.
 *
 * <p>{@link #execute} never waits: where the queue is full it throws {@link
 * RejectedExecutionException}, so that an event loop may call it.
 */
final class WorkerPool implements Executor, AutoCloseable {
  /** Seconds after which an idle thread is given back. */
  private static final int IDLE_SECONDS = 30;

  /** Seconds the tasks in flight may take when the pool closes. */
  private static final int CLOSE_SECONDS = 5;

  private final ThreadPoolExecutor threads;
  private final int queueCapacity;

  /**
   * A pool.
   *
   * @param threadCount threads, 1 or more
   * @param queueCapacity tasks that may wait for a thread, 1 or more
   */
  WorkerPool(int threadCount, int queueCapacity) {
    var number = new AtomicInteger();
    this.queueCapacity = queueCapacity;
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueCapacity),
            task -> {
              var thread = new Thread(task, "serin-worker-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** Tasks that may wait for a thread. */
  int queueCapacity() {
    return queueCapacity;
  }

  /** Shows how many tasks wait and run. */
  void register(MeterRegistry registry) {
    Gauge.builder("serin.workers.queued", threads, pool -> pool.getQueue().size())
        .description("Calls that wait for a worker thread.")
        .register(registry);
    Gauge.builder("serin.workers.active", threads, ThreadPoolExecutor::getActiveCount)
        .description("Worker threads that answer a call.")
        .register(registry);
  }

  /** Lets the tasks in flight end for some seconds, then interrupts them. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
