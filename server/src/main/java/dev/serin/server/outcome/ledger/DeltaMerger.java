package dev.serin.server.outcome.ledger;

import java.util.List;

/** Who understands deltas: adds them up, in any order, to one that holds the same. */
@FunctionalInterface
public interface DeltaMerger {
  /** Merges deltas or bases, given as bytes. */
  byte[] merge(List<byte[]> deltas);
}
