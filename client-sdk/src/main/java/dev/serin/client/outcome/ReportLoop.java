package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The reporter's thread: moves outcomes from the queue into the backlog, in batches, lets the
 * connection send them, and tells what there is to tell. Everything that may wait, for a disk, a
 * server or a listener, waits here.
 */
final class ReportLoop implements Runnable {
  /** How often drops are told, and a spool that failed is tried again. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * A caller reads the clock and then stands in line; one that was stopped between the two for
   * longer is late for its watermark.
   */
  private static final Duration WATERMARK_MARGIN = Duration.ofSeconds(1);

  private final OutcomeQueue queue;
  private final Backlog backlog;
  private final ReportConnection connection;
  private final Pace pace;
  private final Tally tally;
  private final RefusedHere refusedHere;
  private final Notices notices;
  private final int batch;
  private final long delayNanos;
  private final Queue<Flush> flushes = new ConcurrentLinkedQueue<>();

  private List<ByteString> taken = List.of();
  private boolean outcomesWait;
  private long waitingSinceNanos;
  private long keepAgainNanos;
  private long tellAgainNanos;
  private long droppedTold;

  private volatile boolean closing;
  private volatile long closeByNanos;
  private volatile boolean ended;

  /**
   * Who waits until outcomes are acknowledged.
   *
   * @param target how many have to be
   */
  private record Flush(long target, CompletableFuture<Boolean> done) {}

  /**
   * What it works with.
   *
   * @param batch outcomes that are sent without waiting for more
   * @param delayNanos how long fewer wait for more
   */
  record Parts(
      OutcomeQueue queue,
      Backlog backlog,
      ReportConnection connection,
      Pace pace,
      Tally tally,
      RefusedHere refusedHere,
      Notices notices,
      int batch,
      long delayNanos) {}

  ReportLoop(Parts parts) {
    this.queue = parts.queue();
    this.backlog = parts.backlog();
    this.connection = parts.connection();
    this.pace = parts.pace();
    this.tally = parts.tally();
    this.refusedHere = parts.refusedHere();
    this.notices = parts.notices();
    this.batch = parts.batch();
    this.delayNanos = parts.delayNanos();
    this.keepAgainNanos = pace.nanoTime();
    this.tellAgainNanos = pace.nanoTime();
  }

  /** Answers true when as many as this are acknowledged, false when they never will be. */
  CompletableFuture<Boolean> flush(long target) {
    Flush flush = new Flush(target, new CompletableFuture<>());
    flushes.add(flush);
    pace.ring();
    if (ended) {
      flush.done().complete(tally.settled.get() >= target);
    }
    return flush.done();
  }

  /** Ends when everything is acknowledged, or at this time; the queue is closed before. */
  void close(long byNanos) {
    closeByNanos = byNanos;
    closing = true;
    pace.ring();
  }

  @Override
  public void run() {
    try {
      tellDamaged();
      while (true) {
        long waitNanos = stepOrRecover();
        if (closing && isOver()) {
          return;
        }
        if (closing) {
          waitNanos = Math.min(waitNanos, closeByNanos - pace.nanoTime());
        }
        if (waitNanos > 0) {
          pace.await(waitNanos);
        }
      }
    } catch (InterruptedException stopped) {
      // Nobody but a JVM on its way down interrupts this thread.
      Thread.currentThread().interrupt();
    } finally {
      end();
    }
  }

  private void tellDamaged() {
    long damaged = backlog.damaged();
    if (damaged > 0) {
      tally.lost.addAndGet(damaged);
      notices.lost(damaged, "files of the spool are damaged");
    }
  }

  private boolean isOver() {
    boolean done = queue.held() == 0 && backlog.first() == backlog.next() && connection.isQuiet();
    return done || connection.isFenced() || pace.nanoTime() - closeByNanos >= 0;
  }

  private void end() {
    queue.close();
    connection.cancel("the reporter is closed");
    if (backlog.isDurable() && !connection.isFenced()) {
      keepTheRest();
    }
    tell(true);
    ended = true;
    answerFlushes();
    try {
      backlog.close();
    } catch (UncheckedIOException failure) {
      notices.failed(failure);
    }
  }

  private long stepOrRecover() {
    try {
      return step();
    } catch (RuntimeException failure) {
      notices.failed(failure);
      connection.giveUp(pace.nanoTime(), "the reporter failed: " + failure);
      return AGAIN_NANOS;
    }
  }

  /** Does what can be done now; ns until there may be more. */
  private long step() {
    boolean last = closing;
    Instant before = pace.now();
    long now = pace.nanoTime();
    long waitNanos = connection.isFenced() ? ReportConnection.NEVER : keep(now, last);
    boolean all = taken.isEmpty() && queue.waiting() <= 0;
    Instant upTo = all ? before.minus(WATERMARK_MARGIN) : null;
    waitNanos = Math.min(waitNanos, connection.step(now, upTo, last && all));
    if (connection.isFenced() && !queue.isClosed()) {
      queue.close();
    }
    waitNanos = Math.min(waitNanos, tell(false));
    answerFlushes();
    return waitNanos;
  }

  /** From the queue into the backlog, when enough wait or the first has waited long enough. */
  private long keep(long now, boolean atOnce) {
    if (now - keepAgainNanos < 0) {
      return keepAgainNanos - now;
    }
    if (taken.isEmpty()) {
      int waiting = queue.waiting();
      if (waiting <= 0) {
        outcomesWait = false;
        return ReportConnection.NEVER;
      }
      if (!outcomesWait) {
        outcomesWait = true;
        waitingSinceNanos = now;
      }
      long waited = now - waitingSinceNanos;
      if (waiting < batch && waited < delayNanos && !atOnce && flushes.isEmpty()) {
        return delayNanos - waited;
      }
      taken = queue.take(ReportMessage.MAX_OUTCOMES, ReportMessage.MAX_OUTCOME_BYTES);
      outcomesWait = false;
    }
    return append(now);
  }

  /** The next process sends what there was no time for: one disk is worth waiting for. */
  private void keepTheRest() {
    boolean goesOn = true;
    while (goesOn && (!taken.isEmpty() || queue.waiting() > 0)) {
      long now = pace.nanoTime();
      keepAgainNanos = now;
      keep(now, true);
      goesOn = taken.isEmpty();
    }
  }

  private long append(long now) {
    try {
      if (!backlog.append(taken)) {
        // An acknowledgement makes room, and rings.
        return ReportConnection.NEVER;
      }
    } catch (UncheckedIOException failure) {
      notices.spoolFails(failure);
      keepAgainNanos = now + AGAIN_NANOS;
      return AGAIN_NANOS;
    }
    notices.spoolWorks();
    if (backlog.isDurable()) {
      tally.kept.addAndGet(taken.size());
    }
    taken = List.of();
    return queue.waiting() > 0 ? 0 : ReportConnection.NEVER;
  }

  private long tell(boolean now) {
    refusedHere.tell(notices::refused);
    if (!queue.isDropUntold()) {
      return ReportConnection.NEVER;
    }
    long nanos = pace.nanoTime();
    if (!now && nanos - tellAgainNanos < 0) {
      return tellAgainNanos - nanos;
    }
    tellAgainNanos = nanos + AGAIN_NANOS;
    queue.takeDropUntold();
    long dropped = queue.dropped();
    if (dropped > droppedTold) {
      notices.dropped(dropped - droppedTold, dropped);
      droppedTold = dropped;
    }
    return ReportConnection.NEVER;
  }

  private void answerFlushes() {
    long settled = tally.settled.get();
    boolean never = ended || connection.isFenced();
    flushes.removeIf(
        flush -> {
          boolean done = settled >= flush.target();
          return (done || never) && complete(flush.done(), done);
        });
  }

  private static boolean complete(CompletableFuture<Boolean> done, boolean value) {
    done.complete(value);
    return true;
  }
}
