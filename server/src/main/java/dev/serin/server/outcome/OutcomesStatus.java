package dev.serin.server.outcome;

import dev.serin.server.outcome.ledger.LedgerStatus;

/**
 * What becomes of outcomes at this replica now, for people and meters. It says nothing of
 * decisions: those go on whatever it says.
 *
 * @param ledger who makes them durable
 * @param draining whether no more are taken in, as the server stops
 * @param oldestPendingMillis milliseconds that the oldest has waited to become durable; 0: none
 *     waits
 * @param streams streams that are open
 * @param batches batches that are open
 */
public record OutcomesStatus(
    LedgerStatus ledger, boolean draining, long oldestPendingMillis, int streams, int batches) {
  /** In a few words: {@code live}, or what is wrong. */
  public String state() {
    return switch (ledger.state()) {
      case STARTING -> ledger.storeAway() ? "starting: store unavailable" : "starting";
      case LIVE -> live();
      case LEFT -> "left";
      case RETIRED -> "retired: " + ledger.state().reason();
      case FAILED, FORGOTTEN -> "ended: " + ledger.state().reason();
    };
  }

  private String live() {
    if (ledger.storeAway()) {
      return draining ? "draining: store unavailable" : "store unavailable";
    }
    return draining ? "draining" : "live";
  }
}
