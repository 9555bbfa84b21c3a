package dev.serin.server.store;

/** Sees how long writing transactions take, for meters and tests. Must return at once. */
@FunctionalInterface
public interface TransactionObserver {
  /** Looks at nothing. */
  TransactionObserver NONE = (priority, nanos) -> {};

  /**
   * A writing transaction has ended, committed or not.
   *
   * @param nanos from its begin to its end, without the time it waited for its turn
   */
  void ended(Priority priority, long nanos);
}
