package dev.serin.server.outcome.ledger;

/**
 * How a producer names a session.
 *
 * @param producer name of the producer
 * @param session the session's UUID
 */
record SessionKey(String producer, String session) {
  static SessionKey of(Claim claim) {
    return new SessionKey(claim.producer(), claim.session());
  }
}
