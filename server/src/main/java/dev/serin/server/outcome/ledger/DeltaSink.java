package dev.serin.server.outcome.ledger;

import java.util.List;

/** The view that committed deltas are added to. May wait; called by one thread at a time. */
public interface DeltaSink {
  /** Adds deltas and bases of other replicas. */
  void apply(List<byte[]> deltas);

  /** Begins anew: these are all that was counted, by this replica too. */
  void replace(List<byte[]> deltas);
}
