package dev.serin.server;

import dev.serin.server.http.RequestRoom;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what may wait: bounded, with a bounded queue in front and bounded room for the
 * requests of all that arrive, wait or are worked on.
 *
 * <p>{@link #execute} never waits: where the queue is full it throws {@link
 * RejectedExecutionException}, so that an event loop may call it. Safe for all threads.
 */
final class WorkerPool implements Executor, RequestRoom, AutoCloseable {
  /** Seconds after which an idle thread is given back. */
  private static final int IDLE_SECONDS = 30;

  /** Seconds the tasks in flight may take when the pool closes. */
  private static final int CLOSE_SECONDS = 5;

  private final String name;
  private final ThreadPoolExecutor threads;
  private final int queueCapacity;
  private final BoundedRoom room;

  /**
   * A pool.
   *
   * @param name what it works on, for threads and meters
   * @param threadCount threads, 1 or more
   * @param queueCapacity tasks that may wait for a thread, 1 or more
   * @param waitingBytesMax room for requests, 0 or more
   */
  WorkerPool(String name, int threadCount, int queueCapacity, long waitingBytesMax) {
    var number = new AtomicInteger();
    this.name = name;
    this.queueCapacity = queueCapacity;
    this.room = new BoundedRoom(name, waitingBytesMax);
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueCapacity),
            task -> {
              var thread = new Thread(task, "serin-" + name + "-" + number.incrementAndGet());
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

  @Override
  public boolean reserve(long bytes) {
    return room.reserve(bytes);
  }

  @Override
  public void release(long bytes) {
    room.release(bytes);
  }

  @Override
  public long waitingBytesMax() {
    return room.waitingBytesMax();
  }

  /** Bytes of the requests that arrive, wait or are worked on. */
  long waitingBytes() {
    return room.waitingBytes();
  }

  /** Shows how many tasks wait and run. */
  void register(MeterRegistry registry) {
    Gauge.builder("serin.workers.queued", threads, pool -> pool.getQueue().size())
        .tag("pool", name)
        .description("Calls that wait for a worker thread.")
        .register(registry);
    Gauge.builder("serin.workers.active", threads, ThreadPoolExecutor::getActiveCount)
        .tag("pool", name)
        .description("Worker threads that answer a call.")
        .register(registry);
    room.register(registry);
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
