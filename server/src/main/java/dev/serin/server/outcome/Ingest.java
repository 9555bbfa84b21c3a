package dev.serin.server.outcome;

import dev.serin.server.outcome.ledger.Sessions;
import java.time.InstantSource;

/**
 * What streams and batches share.
 *
 * @param clock the server's time
 * @param pool who judges
 * @param room what may be received and not committed
 * @param aggregator who takes what was judged
 * @param sessions who gives sessions, and flushes
 */
record Ingest(
    InstantSource clock,
    IngestPool pool,
    IngestRoom room,
    Aggregator aggregator,
    Sessions sessions,
    OutcomeMeters meters) {

  /**
   * Returns how many bytes of the room a judged message holds until it is durable: as it was
   * received, or as it is kept now, where that is more; takes what is more from the room.
   */
  long held(JudgedMessage message) {
    long held = Math.max(message.bytes(), message.log().heldBytes());
    room.take(held - message.bytes());
    return held;
  }

  /** Hands a judged message over to be flushed. */
  void flush(PendingLog log) {
    aggregator.add(log);
    sessions.pending();
  }
}
