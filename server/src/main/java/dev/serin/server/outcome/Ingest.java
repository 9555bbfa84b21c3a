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

  /** Hands a judged message over to be flushed. */
  void flush(PendingLog log) {
    aggregator.add(log);
    sessions.pending();
  }
}
