package dev.serin.server.outcome;

import dev.serin.server.outcome.ledger.OpenSession;
import org.jspecify.annotations.Nullable;

/**
 * A judged message on its way into the store.
 *
 * @param counts what it counts; empty where all of it was refused; null: it has a watermark alone
 * @param reporter who is told what becomes of it
 * @param session the opening it was accepted under; null: there is no session
 * @param last sequence of its last outcome
 * @param bytes what it holds of the room
 * @param sinceNanos when it was judged, by {@link System#nanoTime}
 * @param watermark event time up to which its producer has sent everything, in milliseconds since
 *     1970; {@link Reporter#NO_WATERMARK}: not stated
 */
record PendingLog(
    @Nullable OutcomeLog counts,
    Reporter reporter,
    @Nullable OpenSession session,
    long last,
    long bytes,
    long sinceNanos,
    long watermark) {
  /** A watermark that says that its producer has gone. */
  static final long GONE = -2;

  /** What was judged now. */
  PendingLog(
      OutcomeLog counts,
      Reporter reporter,
      @Nullable OpenSession session,
      long last,
      long bytes,
      long watermark) {
    this(counts, reporter, session, last, bytes, System.nanoTime(), watermark);
  }

  /** A watermark alone: it goes in line, since it is true when what is before it is durable. */
  static PendingLog ofWatermark(Reporter reporter, long watermark) {
    return new PendingLog(null, reporter, null, 0, 0, System.nanoTime(), watermark);
  }
}
