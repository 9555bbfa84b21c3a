package dev.serin.server.catalog;

import dev.serin.engine.SnapshotSource;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that saves snapshots to disk, a while after they change: a run of changes costs one
 * file. Whoever hands it a snapshot does not wait.
 *
 * <p>A file holds the whole namespace, whatever changed of it. While changes keep coming, the pause
 * after a save is a multiple of the time it took, so that saving leaves the processors and the disk
 * to the changes; one that comes after the pause is gathered for the delay only.
 */
final class SnapshotSaver implements AutoCloseable {
  /** How long changes are gathered before they are saved. */
  static final Duration DELAY = Duration.ofSeconds(1);

  /** Wait after a failure: a full disk does not empty itself at once. */
  static final Duration RETRY_DELAY = Duration.ofSeconds(10);

  /** How many times as long as a save the pause after it is. */
  private static final int PAUSE_FACTOR = 20;

  /** Longest pause: this much may be lost with the process, where the store is away as well. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(SnapshotSaver.class);

  private final SnapshotFiles files;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Duration delay;
  private final Thread thread = new Thread(this::run, "serin-catalog-saver");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** The newest snapshot of each namespace to save; empty: to delete. Guarded by the lock. */
  private final Map<String, Optional<SnapshotSource>> waiting = new LinkedHashMap<>();

  /** Guarded by the lock. */
  private boolean closed;

  /**
   * A saver whose thread runs until it is closed.
   *
   * @param clock tells when a snapshot was saved
   * @param nanoTime the monotonic clock that saves are timed by
   * @param delay how long changes are gathered
   */
  SnapshotSaver(SnapshotFiles files, InstantSource clock, LongSupplier nanoTime, Duration delay) {
    this.files = files;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.delay = delay;
    thread.setDaemon(true);
    thread.start();
  }

  void save(SnapshotSource source) {
    hand(source.namespace(), Optional.of(source));
  }

  void delete(String namespace) {
    hand(namespace, Optional.empty());
  }

  private void hand(String namespace, Optional<SnapshotSource> source) {
    lock.lock();
    try {
      waiting.put(namespace, source);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean failing = false;
    boolean open = true;
    long pausedUntilNanos = nanoTime.getAsLong();
    while (open) {
      open = awaitWork(failing ? RETRY_DELAY : delay, pausedUntilNanos);
      long beginNanos = nanoTime.getAsLong();
      failing = !saveAll(failing);
      long endNanos = nanoTime.getAsLong();
      pausedUntilNanos = endNanos + pauseAfter(Duration.ofNanos(endNanos - beginNanos)).toNanos();
    }
  }

  /** How long nothing is saved after a save that took so long. */
  static Duration pauseAfter(Duration save) {
    Duration pause = save.multipliedBy(PAUSE_FACTOR);
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /**
   * Waits for work and then for more of it, until the pause is over too; false: closed, save what
   * is there and end.
   */
  private boolean awaitWork(Duration gathering, long pausedUntilNanos) {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      long remainingNanos = Math.max(gathering.toNanos(), pausedUntilNanos - nanoTime.getAsLong());
      while (remainingNanos > 0 && !closed) {
        try {
          remainingNanos = changed.awaitNanos(remainingNanos);
        } catch (InterruptedException e) {
          // Nobody ends this thread but close().
          log.trace("interrupted while gathering", e);
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean saveAll(boolean failing) {
    for (Map.Entry<String, Optional<SnapshotSource>> entry : snapshotOfWaiting().entrySet()) {
      try {
        if (entry.getValue().isPresent()) {
          files.save(entry.getValue().get(), clock.millis());
        } else {
          files.delete(entry.getKey());
        }
        done(entry.getKey(), entry.getValue());
      } catch (IOException | RuntimeException e) {
        if (!failing) {
          log.warn("snapshots cannot be saved; tried again every {}", RETRY_DELAY, e);
        }
        return false;
      }
    }
    if (failing) {
      log.info("snapshots are saved again");
    }
    return true;
  }

  private Map<String, Optional<SnapshotSource>> snapshotOfWaiting() {
    lock.lock();
    try {
      return new LinkedHashMap<>(waiting);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what was saved, unless there is something newer by now. */
  private void done(String namespace, Optional<SnapshotSource> saved) {
    lock.lock();
    try {
      waiting.remove(namespace, saved);
    } finally {
      lock.unlock();
    }
  }

  /** Saves what waits and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.NANOSECONDS.toMillis(RETRY_DELAY.toNanos()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
