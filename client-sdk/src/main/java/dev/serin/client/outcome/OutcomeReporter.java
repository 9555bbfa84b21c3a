package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reports outcomes to Serin, which counts each exactly once. Make one per process; safe for many
 * threads; close it at the end.
 *
 * <pre>{@code
 * OutcomeReporter reporter =
 *     OutcomeReporter.builder("checkout-service").target("127.0.0.1:8980").plaintext().build();
 * reporter.report(Outcome.of(decision, "user-42").event("purchase").value("latency", 12.3));
 * }</pre>
 *
 * <p>{@link #report} leaves the outcome in a bounded queue and returns: it never waits, for no
 * lock, disk or server. A thread of the reporter's own sends what is there in batches, over a
 * connection of its own, and keeps it until the server says that it is durable. A stream that was
 * cut is opened again, here or at another replica; the server says what it has, and the rest is
 * sent once more. While no server answers, the queue fills; at its bound outcomes are dropped, and
 * {@link ReporterListener} and {@link #stats} say how many. The server is told too, by the next
 * outcome with their decision token: a rollout is held where an arm loses too many.
 *
 * <p>What a killed process had not heard of is counted once or not at all; with a {@linkplain
 * OutcomeReporterBuilder#spool spool} on disk the next process sends it, and it is counted once.
 */
public final class OutcomeReporter implements AutoCloseable {
  /** Two flushes of a server that is busy, and a new stream. */
  private static final Duration DEFAULT_CLOSE = Duration.ofSeconds(5);

  /** What the thread needs to end after its time is over. */
  private static final Duration CLOSE_MARGIN = Duration.ofSeconds(1);

  private final OutcomeQueue queue;
  private final Drops drops;
  private final ReportLoop loop;
  private final Pace pace;
  private final Tally tally;
  private final RefusedHere refusedHere;
  private final Notices notices;
  private final long recovered;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * A reporter at work.
   *
   * @param drops what it has to tell of
   * @param end ends the connection, after the loop has ended
   */
  OutcomeReporter(String producer, ReportLoop.Parts parts, Drops drops, Runnable end) {
    this.queue = parts.queue();
    this.drops = drops;
    this.pace = parts.pace();
    this.tally = parts.tally();
    this.refusedHere = parts.refusedHere();
    this.notices = parts.notices();
    this.recovered = parts.backlog().recovered();
    tally.kept.set(recovered);
    this.loop = new ReportLoop(parts);
    Thread thread =
        new Thread(
            () -> {
              try {
                loop.run();
              } finally {
                end.run();
                ended.countDown();
              }
            },
            "serin-reporter-" + producer);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * A builder of reporters.
   *
   * @param producer name of what reports, the service's as a rule; 1 to 128 characters
   */
  public static OutcomeReporterBuilder builder(String producer) {
    return new OutcomeReporterBuilder(producer);
  }

  /**
   * Reports an outcome, without waiting and without throwing. One without a time gets the present
   * one.
   *
   * @return false: it was dropped, because the queue is full or the reporter closed, or it cannot
   *     be sent; the listener hears of it
   */
  public boolean report(Outcome outcome) {
    Outcome.Problem problem = outcome.problem();
    if (problem == null) {
      // While all are dropped there is nothing to tell it with.
      long told = queue.isFull() ? 0 : drops.take(outcome.token());
      ByteString encoded = outcome.encode(pace.now(), told);
      if (encoded.size() <= Outcome.MAX_BYTES) {
        boolean isTaken = queue.offer(encoded);
        drops.add(outcome.token(), isTaken ? 0 : told + 1);
        return isTaken;
      }
      drops.add(outcome.token(), told);
      problem = Outcome.tooLarge(encoded.size());
    }
    if (refusedHere.add(
        new RefusedOutcome(outcome, problem.reason(), problem.description(), false))) {
      pace.ring();
    }
    return false;
  }

  /**
   * Waits until everything reported before is acknowledged, refusals included.
   *
   * @param timeout more than 0
   * @return false: the time passed, or the reporter has stopped before
   */
  public boolean flush(Duration timeout) throws InterruptedException {
    long target = recovered + queue.accepted();
    try {
      return loop.flush(target).get(nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What was done so far. */
  public ReporterStats stats() {
    // Each number before those that are at least as large; kept before settled, so that nothing is
    // said to be on disk that is not.
    long kept = tally.kept.get();
    long refusedByServer = tally.refusedByServer.get();
    long settled = Math.max(refusedByServer, tally.settled.get());
    long dropped = queue.dropped();
    long accepted = queue.accepted();
    return new ReporterStats(
        accepted + dropped + refusedHere.count(),
        recovered,
        Math.max(0, recovered + accepted - settled),
        Math.max(0, kept - settled),
        settled - refusedByServer,
        tally.displayed.get(),
        refusedByServer + refusedHere.count(),
        dropped,
        tally.lost.get(),
        tally.resends.get(),
        tally.streams.get());
  }

  /** As {@link #close(Duration)}, within 5 s. */
  @Override
  public void close() {
    close(DEFAULT_CLOSE);
  }

  /**
   * Takes no more, sends what is there, waits for its acknowledgement, and ends. What is not
   * acknowledged in time stays in the spool where there is one; otherwise it is counted once or not
   * at all. Closing it again only waits.
   *
   * @param timeout 0 or more
   * @return true: everything is acknowledged
   */
  public boolean close(Duration timeout) {
    boolean first = !queue.isClosed();
    queue.close();
    loop.close(pace.nanoTime() + Math.max(0, nanos(timeout)));
    boolean interrupted = !awaitEnd(nanos(timeout) + nanos(CLOSE_MARGIN));
    ReporterStats stats = stats();
    if (first && stats.queued() > 0) {
      notices.endedWith(stats.queued(), stats.spooled());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return stats.queued() == 0;
  }

  private boolean awaitEnd(long nanos) {
    try {
      ended.await(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException stopped) {
      return false;
    }
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException longerThanAnybodyWaits) {
      return Long.MAX_VALUE / 2;
    }
  }
}
