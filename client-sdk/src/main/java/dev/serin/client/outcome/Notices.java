package dev.serin.client.outcome;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listener and the log what does not go as it should. Safe for many threads. */
final class Notices {
  /** A log is no place for every outcome: the listener and the stats have all of them. */
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger logger = LoggerFactory.getLogger(OutcomeReporter.class);

  private final String producer;
  private final ReporterListener listener;
  private final Quiet refusals;
  private final Quiet drops;
  private final Quiet failures;

  // The reporter's thread alone uses these.
  private boolean away;
  private boolean spoolFails;

  Notices(String producer, ReporterListener listener, LongSupplier nanoTime) {
    this.producer = producer;
    this.listener = listener;
    this.refusals = new Quiet(nanoTime);
    this.drops = new Quiet(nanoTime);
    this.failures = new Quiet(nanoTime);
  }

  void refused(RefusedOutcome refused) {
    if (refusals.mayLog()) {
      logger.warn(
          "Outcome of {} {}: {} {} (told once in a while)",
          producer,
          refused.displayed() ? "counted for display only" : "refused",
          refused.reason(),
          refused.description());
    }
    tell(() -> listener.onRefused(refused));
  }

  void dropped(long outcomes, long total) {
    if (drops.mayLog()) {
      logger.warn("Outcomes of {} dropped: {}, {} in all", producer, outcomes, total);
    }
    tell(() -> listener.onDropped(outcomes));
  }

  void lost(long outcomes, String why) {
    logger.error("Outcomes of {} lost: {} ({})", producer, outcomes, why);
    tell(() -> listener.onLost(outcomes));
  }

  void fenced(String description) {
    logger.error(
        "Reporter {} stops: its session was opened by somebody else ({})", producer, description);
    tell(() -> listener.onFenced(description));
  }

  /** A stream ended that should not have. Told once until one is opened. */
  void away(StreamEnd end) {
    if (!away) {
      away = true;
      logger.warn("Outcomes of {} wait: {}", producer, end.text());
    }
  }

  void opened() {
    if (away) {
      away = false;
      logger.info("Outcomes of {} are taken again", producer);
    }
  }

  void beginsAnew(String why) {
    logger.info("Reporter {} takes a new session: {}", producer, why);
  }

  void failed(RuntimeException failure) {
    if (failures.mayLog()) {
      logger.error("Reporter {} goes on after a failure", producer, failure);
    }
  }

  /** The spool takes nothing at the moment. Told once until it does. */
  void spoolFails(RuntimeException failure) {
    if (!spoolFails) {
      spoolFails = true;
      logger.error("Outcomes of {} wait for their spool", producer, failure);
    }
  }

  void spoolWorks() {
    if (spoolFails) {
      spoolFails = false;
      logger.info("Outcomes of {} reach their spool again", producer);
    }
  }

  void endedWith(long outcomes, long spooled) {
    logger.warn(
        "Reporter {} closed with {} outcomes not acknowledged, {} of them on disk",
        producer,
        outcomes,
        spooled);
  }

  private static void tell(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException failure) {
      logger.error("A listener of outcomes failed", failure);
    }
  }

  /** Lets one line through in a while. */
  private static final class Quiet {
    private final LongSupplier nanoTime;
    private final AtomicLong nextNanos;

    Quiet(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      this.nextNanos = new AtomicLong(nanoTime.getAsLong());
    }

    boolean mayLog() {
      long now = nanoTime.getAsLong();
      long next = nextNanos.get();
      return now - next >= 0 && nextNanos.compareAndSet(next, now + LOG_NANOS);
    }
  }
}
