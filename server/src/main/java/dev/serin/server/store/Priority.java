package dev.serin.server.store;

/** What goes first where writes wait for each other; from first to last. */
public enum Priority {
  /** Rollouts and kill switches: somebody may be harmed while they wait. */
  ROLLOUT,
  /** Flushes of outcomes: callers wait for their acknowledgement. */
  FLUSH,
  /** Removal of what nobody reads: it makes room for the others. */
  REMOVAL,
  /** Documents: people wait, and large ones come in slices. */
  CATALOG;

  /** Whether it may use the last room on a disk that is full. */
  boolean mayFillDisk() {
    return this == ROLLOUT || this == REMOVAL;
  }
}
