package dev.serin.server.outcome.ledger;

import org.jspecify.annotations.Nullable;

/** What keeps a view within its bounds. May wait; called by one thread at a time. */
public interface ViewBounds {
  /**
   * The generation of thinning that has to begin, as the view holds more units than it may; null:
   * it does not. Nothing is thinned yet: that takes a row of the store.
   */
  @Nullable ThinningRow exceeded();

  /**
   * Drops what ended too long ago to be kept whole. From then on whoever merges deltas drops it
   * too.
   *
   * @return whether merging drops more by now than it did at the last call: bases made before hold
   *     it still
   */
  boolean expire();
}
