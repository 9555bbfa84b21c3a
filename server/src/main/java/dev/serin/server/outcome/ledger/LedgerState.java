package dev.serin.server.outcome.ledger;

/** What a replica's ledger may do. */
public enum LedgerState {
  /** Its row is not made yet. */
  STARTING("starting"),
  /** It counts. */
  LIVE("live"),
  /** Its process is ending. */
  LEFT("stopping"),
  /** Others have taken over: it was silent for too long. */
  RETIRED(
      "it was silent for more than 10 s and others have taken over; start it again (a frozen"
          + " process, or a store that it alone could not reach)"),
  /** What it had taken cannot be flushed: going on without it would lose it. */
  FAILED(
      "what it had taken could not be added up or told of, as the error before says; start it"
          + " again, its producers send what was not acknowledged"),
  /** The store is behind what it had confirmed. */
  FORGOTTEN(
      "the store is behind what it had confirmed: acknowledged outcomes are lost (a copy was"
          + " restored, or a standby that lagged took over); start it again");

  private final String reason;

  LedgerState(String reason) {
    this.reason = reason;
  }

  /** What it means, for people. */
  public String reason() {
    return reason;
  }

  /** Whether it counts nothing more, ever. */
  public boolean isEnded() {
    return this == LEFT || this == RETIRED || this == FAILED || this == FORGOTTEN;
  }
}
