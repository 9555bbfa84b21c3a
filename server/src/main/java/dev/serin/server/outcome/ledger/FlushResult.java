package dev.serin.server.outcome.ledger;

import java.util.Set;

/** What became of a flush. */
sealed interface FlushResult {
  /** It is durable. */
  record Committed() implements FlushResult {}

  /** Nothing happened: these openings hold no more. */
  record Fenced(Set<OpenSession> sessions) implements FlushResult {}

  /** Nothing happened. */
  record Failed(RuntimeException cause) implements FlushResult {}

  /** It is durable or not: the replica's flush number says which. */
  record Unknown(RuntimeException cause) implements FlushResult {}
}
