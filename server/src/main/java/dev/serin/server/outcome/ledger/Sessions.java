package dev.serin.server.outcome.ledger;

/** Where sessions are opened and flushes asked for. Nothing here waits; safe for all threads. */
public interface Sessions {
  /**
   * Asks for a session. The claimant is answered once, by another thread, after the claim is
   * committed; where it cannot be, it is refused.
   */
  void claim(Claim claim);

  /**
   * Says that nobody reports under this opening any more and all that was accepted is flushed or
   * dropped. Harmless if the session was claimed by others meanwhile.
   */
  void release(OpenSession session);

  /** Says that something waits for a flush. */
  void pending();
}
