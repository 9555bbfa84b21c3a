package dev.serin.server.outcome.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The view that committed deltas are added to. May wait; called by one thread at a time. */
public interface DeltaSink {
  /** Adds deltas and bases of other replicas. */
  void apply(List<byte[]> deltas);

  /**
   * Thins the view to a generation, before any delta of that generation is added; nothing happens
   * where it has begun already. Called before the first flush too, by the ledger's thread.
   *
   * @param sizes of all sets when it began
   */
  void thin(byte[] sizes);

  /**
   * Begins anew: these are all that was counted, by this replica too.
   *
   * @param sizes of the generation of thinning that holds; null: nothing was thinned yet
   */
  void replace(byte @Nullable [] sizes, List<byte[]> deltas);
}
