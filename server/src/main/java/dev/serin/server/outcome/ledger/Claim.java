package dev.serin.server.outcome.ledger;

import static java.util.Objects.requireNonNull;

/**
 * A producer's wish to report under a session.
 *
 * @param producer name of the producer
 * @param session its UUID, in lower case
 * @param attempt raised with each opening, so that a late claim takes nothing from a later one; 0:
 *     unordered
 * @param fromStart whether the producer still has its first outcome: only then may a session be
 *     made
 * @param claimant who is answered
 */
public record Claim(
    String producer, String session, long attempt, boolean fromStart, Claimant claimant) {
  /** Checks that all parts are there. */
  public Claim {
    requireNonNull(producer, "producer");
    requireNonNull(session, "session");
    requireNonNull(claimant, "claimant");
    if (attempt < 0) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: 0 or more)");
    }
  }
}
