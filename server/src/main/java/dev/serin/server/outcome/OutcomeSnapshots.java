package dev.serin.server.outcome;

import dev.serin.engine.Snapshot;
import org.jspecify.annotations.Nullable;

/** The snapshots that outcomes are judged by. Asking never loads, waits or locks. */
public interface OutcomeSnapshots {
  /** The newest snapshot of a namespace; null: there is none of this name, or not yet. */
  @Nullable Snapshot get(String namespace);

  /** Whether all namespaces were loaded: until then an unknown one may exist. */
  boolean ready();
}
