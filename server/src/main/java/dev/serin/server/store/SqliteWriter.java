package dev.serin.server.store;

import dev.serin.server.error.ApiErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes to a SQLite file: transactions wait in line by priority, so that none
 * ever fails because another holds the file.
 */
final class SqliteWriter implements AutoCloseable {
  /** Transactions in line; more callers than worker threads can only be a mistake. */
  static final int MAX_WAITING = 1_024;

  /** How long a transaction waits for its turn: each before it takes at most 50 ms. */
  static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(SqliteWriter.class);

  private final SqliteConnections connections;
  private final DiskRoom room;
  private final TransactionObserver observer;
  private final PriorityBlockingQueue<Task<?>> line =
      new PriorityBlockingQueue<>(
          16,
          Comparator.<Task<?>, Priority>comparing(t -> t.priority)
              .thenComparingLong(t -> t.number));
  private final Semaphore places = new Semaphore(MAX_WAITING);
  private final AtomicBoolean written = new AtomicBoolean();
  private final Thread thread = new Thread(this::run, "serin-store-writer");

  /** Guarded by this. */
  private long taskNumber;

  /** Guarded by this. */
  private boolean closed;

  /** Used by the thread only; null: none is open. */
  private @Nullable Open open;

  SqliteWriter(
      SqliteConnections connections,
      Connection first,
      DiskRoom room,
      TransactionObserver observer) {
    this.connections = connections;
    this.room = room;
    this.open = new Open(first, Jdbis.of(first));
    this.observer = observer;
    thread.setDaemon(true);
    thread.start();
  }

  /** A transaction in line. */
  private static final class Task<T> {
    final Priority priority;
    final long number;

    /** Null: the end of the line. */
    final @Nullable Transaction<T> work;

    final CompletableFuture<T> result = new CompletableFuture<>();

    /** Set by whoever comes first: the thread that runs it, or the caller who gives up. */
    final AtomicBoolean taken = new AtomicBoolean();

    Task(Priority priority, long number, @Nullable Transaction<T> work) {
      this.priority = priority;
      this.number = number;
      this.work = work;
    }
  }

  /** Runs a transaction when its turn has come and waits for it. */
  <T> T write(Priority priority, Transaction<T> work) {
    Task<T> task = enqueue(priority, work);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.result.get(MAX_WAIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (withdraw(task)) {
            throw ApiErrors.overloaded("writes of the store", MAX_WAITING, "calls");
          }
        } catch (InterruptedException e) {
          interrupted = true;
          if (withdraw(task)) {
            throw ApiErrors.storeUnavailable(e);
          }
          // It is running: it ends soon, and its caller must know how.
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether something was committed since this was asked last. */
  boolean takeWritten() {
    return written.getAndSet(false);
  }

  private synchronized <T> Task<T> enqueue(Priority priority, Transaction<T> work) {
    if (closed) {
      throw ApiErrors.shuttingDown();
    }
    if (!places.tryAcquire()) {
      throw ApiErrors.overloaded("writes of the store", MAX_WAITING, "calls");
    }
    Task<T> task = new Task<>(priority, taskNumber++, work);
    line.add(task);
    return task;
  }

  private boolean withdraw(Task<?> task) {
    if (!task.taken.compareAndSet(false, true)) {
      return false;
    }
    line.remove(task);
    places.release();
    return true;
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException failure) {
      return failure;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(cause);
  }

  private void run() {
    while (true) {
      Task<?> task;
      try {
        task = line.take();
      } catch (InterruptedException e) {
        // Nobody ends this thread but close().
        continue;
      }
      if (task.work == null) {
        break;
      }
      if (task.taken.compareAndSet(false, true)) {
        places.release();
        execute(task, task.work);
      }
    }
    drop();
  }

  private <T> void execute(Task<T> task, Transaction<?> untyped) {
    @SuppressWarnings("unchecked") // It is the task's own.
    Transaction<T> work = (Transaction<T>) untyped;
    long begin = System.nanoTime();
    T result;
    try {
      result = inTransaction(task.priority, work);
    } catch (Throwable failure) {
      observer.ended(task.priority, System.nanoTime() - begin);
      if (isConnectionBroken(failure)) {
        drop();
      }
      task.result.completeExceptionally(
          failure instanceof RuntimeException e ? SqlFailures.translate(e) : failure);
      return;
    }
    written.set(true);
    observer.ended(task.priority, System.nanoTime() - begin);
    task.result.complete(result);
  }

  private <T> T inTransaction(Priority priority, Transaction<T> work) {
    if (!priority.mayUseMargin()) {
      room.requireMargin();
    }
    try {
      return jdbi().inTransaction(work::run);
    } catch (RuntimeException e) {
      SQLException sql = SqlFailures.sqlException(e);
      if (!priority.mayUseReserve()
          || sql == null
          || !SqlFailures.isFull(sql)
          || !room.giveBack()) {
        throw e;
      }
      return jdbi().inTransaction(work::run);
    }
  }

  /** The connection, with what remembers its statements. */
  private record Open(Connection connection, Jdbi jdbi) {}

  private Jdbi jdbi() {
    if (open == null) {
      try {
        Connection connection = connections.writer();
        open = new Open(connection, Jdbis.of(connection));
      } catch (SQLException e) {
        throw ApiErrors.storeUnavailable(e);
      }
    }
    return open.jdbi();
  }

  private static boolean isConnectionBroken(Throwable failure) {
    SQLException sql = SqlFailures.sqlException(failure);
    return sql != null && SqlFailures.isUnavailable(sql);
  }

  private void drop() {
    if (open != null) {
      try {
        open.connection().close();
      } catch (SQLException e) {
        log.warn("cannot close the writing connection", e);
      }
      open = null;
    }
  }

  /** Lets those in line finish; later ones are refused. */
  @Override
  public void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        line.add(new Task<>(Priority.CATALOG, Long.MAX_VALUE, null));
      }
    }
    Threads.join(thread);
  }
}
