package dev.serin.server.outcome.ledger;

/** A session as it was given to a claimant: equal to no other opening. Immutable. */
public final class OpenSession {
  private final long id;
  private final long epoch;
  private final Claimant holder;

  OpenSession(long id, long epoch, Claimant holder) {
    this.id = id;
    this.epoch = epoch;
    this.holder = holder;
  }

  /** Number of the session in the store. */
  public long id() {
    return id;
  }

  /** How often the store has given it away; whoever holds an older one counts nothing. */
  long epoch() {
    return epoch;
  }

  Claimant holder() {
    return holder;
  }

  @Override
  public String toString() {
    return "session " + id + " epoch " + epoch;
  }
}
