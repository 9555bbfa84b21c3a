package dev.serin.server.rollout.journal;

import org.jdbi.v3.core.Handle;

/**
 * What belongs into the same transaction as a move: the revision of the namespace, and what it
 * serves. Runs once the lease is proven and before any row of a run is touched, so that all who
 * change namespaces and runs wait for each other in one order: lease, namespace, request, run.
 */
@FunctionalInterface
public interface Alongside {
  /** Nothing: the move changes nothing that is served. */
  Alongside NOTHING = handle -> {};

  /** Writes it; what it throws undoes the move and is thrown on. */
  void write(Handle handle);
}
