package dev.serin.server.outcome;

/**
 * Exposures and outcomes that became durable together. Not changed any more: safe for all threads.
 */
public interface CommittedRecords {
  /** About how many bytes of memory they hold. */
  long heldBytes();

  /** Begins a walk over all of them. */
  RecordWalk walk();
}
