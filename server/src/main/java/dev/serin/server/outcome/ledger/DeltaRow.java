package dev.serin.server.outcome.ledger;

/** One flush's delta as it is stored. */
final class DeltaRow {
  private final long number;
  private final byte[] body;

  DeltaRow(long number, byte[] body) {
    this.number = number;
    this.body = body;
  }

  /** Which of its replica's flushes it is. */
  long number() {
    return number;
  }

  byte[] body() {
    return body;
  }
}
