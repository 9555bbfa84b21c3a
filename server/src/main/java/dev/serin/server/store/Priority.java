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

  /** Whether it may use the margin that is left free on the disk. */
  boolean mayUseMargin() {
    return this == ROLLOUT || this == REMOVAL;
  }

  /** Whether the reserve is given back for it: of the last room, removal would leave none. */
  boolean mayUseReserve() {
    return this == ROLLOUT;
  }
}
