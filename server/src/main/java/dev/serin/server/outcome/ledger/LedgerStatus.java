package dev.serin.server.outcome.ledger;

import java.util.OptionalLong;

/**
 * What a ledger is about, for people and meters.
 *
 * @param state what it may do
 * @param storeAway whether the store did not answer, or refused, when it was last asked
 * @param lastFlushAgeMillis milliseconds since a flush was committed; empty: none was yet
 * @param viewAgeMillis milliseconds since the view last held what all live replicas, this one too,
 *     had flushed, by the monotonic clock; empty: what was counted before the start is not loaded
 * @param sessions how many sessions are open
 */
public record LedgerStatus(
    LedgerState state,
    boolean storeAway,
    OptionalLong lastFlushAgeMillis,
    OptionalLong viewAgeMillis,
    int sessions) {
  /** Whether it counts, and what it counts becomes durable. */
  public boolean isUp() {
    return state == LedgerState.LIVE && !storeAway;
  }
}
