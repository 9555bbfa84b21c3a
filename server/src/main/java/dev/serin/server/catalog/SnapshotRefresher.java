package dev.serin.server.catalog;

import dev.serin.server.store.Database;
import dev.serin.server.store.Revision;
import dev.serin.server.store.RevisionListener;
import dev.serin.server.store.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that keeps the cache current: woken by signals of change, by polling behind them. Only
 * it writes the cache.
 *
 * <p>It outlives every failure: what cannot be read or compiled leaves the last good snapshot in
 * its place, is told once, and is tried again after a bounded wait. Where the store cannot be
 * reached at the start, the snapshots saved on disk are served until it comes back.
 *
 * @param <S> what is served
 */
public final class SnapshotRefresher<S> implements AutoCloseable {
  /** How often revisions are read though nobody signalled a change. */
  static final Duration POLL_INTERVAL = Duration.ofMillis(500);

  /** Longest wait after failures, which begin with the poll's and double. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(SnapshotRefresher.class);

  private final Database database;
  private final SnapshotCache<S> cache;
  private final SnapshotLoader<S> loader;
  private final SnapshotSaver saver;
  private final ServedRevisions revisions;
  private final Duration pollInterval;
  private final Thread thread = new Thread(this::run, "serin-catalog-refresher");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private final Condition refreshed = lock.newCondition();
  private @Nullable Subscription subscription;

  /** Guarded by the lock. */
  private boolean wakeUp;

  /** Guarded by the lock. */
  private boolean closed;

  /**
   * A refresher that is not started.
   *
   * @param revisions is told what is served
   * @param directory where snapshots are saved; made where missing
   * @param nanoTime the monotonic clock that ages are measured by
   */
  public SnapshotRefresher(
      Catalog catalog,
      Database database,
      SnapshotCache<S> cache,
      SnapshotPreparation<S> preparation,
      ServedRevisions revisions,
      Path directory,
      InstantSource clock,
      LongSupplier nanoTime) {
    this(
        catalog,
        database,
        cache,
        preparation,
        revisions,
        directory,
        clock,
        nanoTime,
        POLL_INTERVAL,
        SnapshotSaver.DELAY);
  }

  /** With other times, for tests. */
  SnapshotRefresher(
      Catalog catalog,
      Database database,
      SnapshotCache<S> cache,
      SnapshotPreparation<S> preparation,
      ServedRevisions revisions,
      Path directory,
      InstantSource clock,
      LongSupplier nanoTime,
      Duration pollInterval,
      Duration saveDelay) {
    this.database = database;
    this.cache = cache;
    this.revisions = revisions;
    this.pollInterval = pollInterval;
    SnapshotFiles files = new SnapshotFiles(directory, database.address());
    saver = new SnapshotSaver(files, clock, nanoTime, saveDelay);
    loader =
        new SnapshotLoader<>(
            catalog, database, cache, preparation, files, saver, revisions, clock, nanoTime);
    thread.setDaemon(true);
  }

  /** Begins; returns at once. */
  public void start() {
    subscription =
        database.subscribe(
            new RevisionListener() {
              @Override
              public void revisionChanged(Revision revision) {
                // Heard twice where it was made here: in this process and from the database.
                SnapshotHolding<S> holding = cache.kept(revision.namespace());
                if (holding == null || holding.revision() < revision.number()) {
                  wake();
                }
              }

              @Override
              public void signalsMissed() {
                wake();
              }
            });
    thread.start();
  }

  /** Waits until every namespace is loaded; false: the limit was reached first. */
  public boolean awaitReady(Duration limit) throws InterruptedException {
    return await(cache::ready, limit);
  }

  /** Waits until a namespace serves at least a revision; false: the limit was reached first. */
  public boolean awaitRevision(String namespace, long revision, Duration limit)
      throws InterruptedException {
    return await(
        () -> {
          SnapshotHolding<S> holding = cache.kept(namespace);
          return holding != null && holding.revision() >= revision;
        },
        limit);
  }

  /** Waits for what a look at the refresher tells; looked at after each round. */
  boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long remainingNanos = limit.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (remainingNanos <= 0) {
          return false;
        }
        remainingNanos = refreshed.awaitNanos(remainingNanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What is served and how fresh it is. */
  public RefresherStatus status() {
    return loader.status();
  }

  private void wake() {
    lock.lock();
    try {
      wakeUp = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration wait = pollInterval;
    while (!isClosed()) {
      boolean good;
      try {
        good = loader.refreshAll();
        revisions.say();
      } catch (RuntimeException | Error e) {
        // Nothing may end this thread: it is the only one that can mend what is served.
        log.error("refreshing snapshots failed in an unexpected way", e);
        good = false;
      }
      signalRefreshed();
      wait = good ? pollInterval : longer(wait);
      awaitWakeUp(wait);
    }
  }

  private static Duration longer(Duration wait) {
    Duration twice = wait.multipliedBy(2);
    return twice.compareTo(LONGEST_WAIT) < 0 ? twice : LONGEST_WAIT;
  }

  private void signalRefreshed() {
    lock.lock();
    try {
      refreshed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitWakeUp(Duration wait) {
    lock.lock();
    try {
      long remainingNanos = wait.toNanos();
      while (!wakeUp && !closed && remainingNanos > 0) {
        remainingNanos = woken.awaitNanos(remainingNanos);
      }
      wakeUp = false;
    } catch (InterruptedException e) {
      // Nobody ends this thread but close().
      log.trace("interrupted while waiting", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread and saves what is not on disk yet; what is served stays. */
  @Override
  public void close() {
    if (subscription != null) {
      subscription.close();
    }
    lock.lock();
    try {
      closed = true;
      woken.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    saver.close();
  }
}
