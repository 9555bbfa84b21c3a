package dev.serin.server.outcome.ledger;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.serin.server.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of outcomes: one thread that opens sessions and makes flushes durable, and one that
 * folds what was flushed and follows what other replicas flush.
 *
 * <p>Started once, closed once. Nothing that is called from outside waits for the store, but for
 * {@link #close}.
 */
public final class Ledger implements Sessions, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final LedgerWork work;
  private final Follower follower;
  private final BackgroundWork background;
  private final LongSupplier nanoTime;
  private final Runnable ended;
  private final Thread thread = new Thread(this::run, "serin-ledger");
  private final Thread folding = new Thread(this::fold, "serin-fold");
  private final Semaphore wake = new Semaphore(0);
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;

  /**
   * A ledger that is not started.
   *
   * @param parts what it works with
   * @param randomIds draws ids of sessions and bases, each of them once
   * @param nanoTime the monotonic clock
   * @param ended called once, by the ledger's thread, when this replica may count nothing more: it
   *     should be started again
   */
  public Ledger(
      Database database,
      Incarnation me,
      LedgerParts parts,
      MeterRegistry registry,
      InstantSource clock,
      LongSupplier randomIds,
      LongSupplier nanoTime,
      Runnable ended) {
    Unfolded unfolded = new Unfolded();
    LedgerMeters meters = new LedgerMeters(registry, unfolded);
    this.nanoTime = nanoTime;
    this.ended = ended;
    work = new LedgerWork(database, me, parts, unfolded, meters, clock, randomIds);
    follower = new Follower(database, me, parts.sink(), work.flushes(), nanoTime);
    Folder folder = new Folder(database, me, parts.merger(), unfolded, randomIds);
    meters.bases(folder::baseBytes);
    background =
        new BackgroundWork(
            follower,
            new Thinner(database, me, parts.bounds(), follower),
            folder,
            new Expiry(parts.bounds(), folder),
            new Retention(database, me, work, clock));
    thread.setDaemon(true);
    folding.setDaemon(true);
  }

  /** Begins. */
  public void start() {
    thread.start();
    folding.start();
  }

  /** What it may do now. */
  public LedgerState state() {
    return work.state();
  }

  /** What it is about now. */
  public LedgerStatus status() {
    Long committedAt = work.flushes().committedAt();
    return new LedgerStatus(
        work.state(),
        work.isStoreAway(),
        committedAt == null
            ? OptionalLong.empty()
            : OptionalLong.of(NANOSECONDS.toMillis(nanoTime.getAsLong() - committedAt)),
        ViewAge.millis(work.flushes(), follower, nanoTime),
        work.open().size());
  }

  /** Whether all that was counted before this replica's start has been added to its view. */
  public boolean isLoaded() {
    return background.isLoaded();
  }

  @Override
  public void claim(Claim claim) {
    work.line().add(claim);
    wake();
  }

  @Override
  public void release(OpenSession session) {
    work.open().release(session);
  }

  @Override
  public void pending() {
    if (work.flushes().pending()) {
      wake();
    }
  }

  private void wake() {
    wake.release();
  }

  private void run() {
    boolean told = false;
    while (!closed) {
      long wait;
      try {
        wait = work.turn(nanoTime.getAsLong());
      } catch (RuntimeException | Error e) {
        log.error("outcomes: the ledger's turn failed; trying again", e);
        wait = Backoff.LONGEST;
      }
      LedgerState state = work.state();
      if (!told && state.isEnded() && state != LedgerState.LEFT) {
        told = true;
        ended.run();
      }
      await(wait);
    }
    work.leave();
  }

  private void fold() {
    while (!closed) {
      long wait;
      try {
        wait = background.turn(nanoTime.getAsLong(), work.state());
      } catch (InterruptedException e) {
        // Closed, or about to be.
        continue;
      } catch (RuntimeException | Error e) {
        log.warn("outcomes: cannot fold or follow; trying again: {}", e.toString());
        log.debug("cause", e);
        wait = Backoff.LONGEST;
      }
      rest(wait);
    }
  }

  /** Until somebody wakes it, and no longer than a turn may wait. */
  private void await(long nanos) {
    try {
      if (wake.tryAcquire(Math.min(nanos, LedgerWork.RENEW_EVERY.toNanos()), NANOSECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      // Nobody ends this thread but close().
    }
  }

  private void rest(long nanos) {
    try {
      boolean ending = closing.await(nanos, NANOSECONDS);
      assert !ending || closed;
    } catch (InterruptedException e) {
      // close() does that.
    }
  }

  /** Ends both threads; says that this replica has left, where the store can be reached. */
  @Override
  public void close() {
    closed = true;
    closing.countDown();
    wake();
    folding.interrupt();
    join(folding);
    join(thread);
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
