package dev.serin.server.rollout.notice;

import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.webhook.Webhooks;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts what the outbox holds, with a thread of its own, while this process holds the lease. Each
 * notification is delivered at least once, with the same event id each time: 2xx is delivery,
 * everything else is tried again after 1 s, then twice as long each time up to 10 minutes, and
 * given up after a day. No transition waits for any of it, and no receiver for another.
 *
 * <p>{@link #start} and {@link #stop} wait for nobody and may be called in any order and often; two
 * processes that deliver at the same time repeat, and lose nothing. Safe for all threads.
 */
public final class Notifier implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);

  private final Outbox outbox;
  private final NoticeSource source;
  private final Webhooks webhooks;
  private final LongSupplier nanoTime;
  private final Tallies tallies = new Tallies();
  private @Nullable Loop loop;
  private boolean closed;

  /**
   * Delivers nothing until it is started.
   *
   * @param webhooks closed with it
   * @param nanoTime monotonic clock
   */
  public Notifier(Outbox outbox, NoticeSource source, Webhooks webhooks, LongSupplier nanoTime) {
    this.outbox = outbox;
    this.source = source;
    this.webhooks = webhooks;
    this.nanoTime = nanoTime;
  }

  /** Begins to deliver; nothing where it does already. */
  public synchronized void start() {
    if (loop == null && !closed) {
      loop = new Loop();
      Thread.ofPlatform().name("serin-notices").daemon().start(loop);
    }
  }

  /** Stops delivering; what is under way is ended, and delivered again later. */
  public synchronized void stop() {
    Loop running = loop;
    loop = null;
    if (running != null) {
      running.end();
    }
  }

  /** Says that a transition with notifications was committed; they would be found anyway. */
  public synchronized void wake() {
    Loop running = loop;
    if (running != null) {
      running.deliveries.wanted();
      running.signal.release();
    }
  }

  /** What became of notifications. */
  public synchronized NotifierStatus status() {
    return tallies.status(loop != null);
  }

  @Override
  public void close() {
    Loop running;
    synchronized (this) {
      running = loop;
      stop();
      closed = true;
    }
    if (running != null) {
      running.await();
    }
    webhooks.close();
  }

  /** One time of delivering; knows nothing of the one before. */
  private final class Loop implements Runnable {
    private final Semaphore signal = new Semaphore(0);
    private final Semaphore over = new Semaphore(0);
    private final Deliveries deliveries =
        new Deliveries(outbox, source, webhooks, nanoTime, tallies, signal::release);
    private volatile boolean ending;
    private boolean failing;

    @Override
    public void run() {
      try {
        while (!ending) {
          step(deliveries::turn);
          rest();
        }
        deliveries.cancel();
        // What was delivered meanwhile need not be repeated.
        step(deliveries::note);
      } finally {
        over.release();
      }
    }

    /** Waits until there is something to do, or it is time to look. */
    private void rest() {
      try {
        if (signal.tryAcquire(Deliveries.POLL.toNanos(), TimeUnit.NANOSECONDS)) {
          signal.drainPermits();
        }
      } catch (InterruptedException e) {
        // Nobody here interrupts; whoever does wants it to end.
        ending = true;
      }
    }

    private void step(Runnable part) {
      try {
        part.run();
        failing = false;
      } catch (RuntimeException | Error e) {
        // Nothing but the end of the lease may end this thread.
        if (!failing) {
          log.warn("notifications wait: {}", e.toString(), e);
        }
        failing = true;
      }
    }

    void end() {
      ending = true;
      signal.release();
    }

    void await() {
      try {
        if (!over.tryAcquire(END.toNanos(), TimeUnit.NANOSECONDS)) {
          log.warn("notifications: still waiting for the store after {}", END);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
