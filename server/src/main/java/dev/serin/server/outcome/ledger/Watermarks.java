package dev.serin.server.outcome.ledger;

import org.jspecify.annotations.Nullable;

/** Who knows how complete a replica's outcomes are. */
@FunctionalInterface
public interface Watermarks {
  /**
   * Event time up to which the open sessions have sent everything, the lowest of those that state
   * one, in milliseconds since 1970; null: none does.
   */
  @Nullable Long lowest();
}
