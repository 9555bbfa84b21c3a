package dev.serin.loadtest.faults;

import java.util.Locale;

/** What may go wrong. */
enum FaultKind {
  /** A server is killed and started again. */
  KILL_SERVER(5, false),
  /** A producer is killed and started again: without its spool what it had not heard of may go. */
  KILL_PRODUCER(3, false),
  /** All connections of producers break; they may come to another server. */
  CUT_CONNECTIONS(4, false),
  /** A server stands still for a moment. */
  FREEZE_SERVER(2, false),
  /** A server stands still until others have retired it. */
  FREEZE_PAST_RETIREMENT(1, true),
  /** A commit of a flush arrives, its answer does not. */
  LOSE_COMMIT_ANSWER(3, true),
  /** A commit of a flush does not arrive, which looks the same. */
  LOSE_COMMIT(2, true),
  /** Nobody reaches the store. */
  STORE_AWAY(2, true);

  private final int weight;
  private final boolean sharedOnly;

  FaultKind(int weight, boolean sharedOnly) {
    this.weight = weight;
    this.sharedOnly = sharedOnly;
  }

  /** How often it is drawn, beside the others. */
  int weight() {
    return weight;
  }

  /** Whether it needs a store that several servers share. */
  boolean isSharedOnly() {
    return sharedOnly;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
