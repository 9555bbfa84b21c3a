package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiException;

/** Who asked for a session: a stream or a batch. Called by the ledger's thread; must not wait. */
public interface Claimant {
  /**
   * The session is this claimant's.
   *
   * @param committed the last sequence that is counted, or refused, durably; 0: none
   */
  void claimed(OpenSession session, long committed);

  /**
   * The session is not this claimant's, for good or for now: {@code SESSION_EXPIRED}, {@code
   * PRODUCER_FENCED}, {@code STORE_UNAVAILABLE}, {@code OVERLOADED}, …
   */
  void refused(ApiException reason);

  /**
   * Somebody else has claimed the session since. What is not flushed must be dropped, for it will
   * be sent again there; the producer is told {@code PRODUCER_FENCED}.
   */
  void fenced();
}
