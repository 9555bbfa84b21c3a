package dev.serin.server.report;

import dev.serin.v1.Verdict;
import java.util.Optional;

/**
 * Who knows what was last made of a run: whoever judges it, here or at another replica. Safe for
 * all threads; may wait for the store.
 */
@FunctionalInterface
public interface LiveVerdicts {
  /** Nothing is judged. */
  LiveVerdicts NONE = run -> Optional.empty();

  /**
   * Returns the newest verdict of a run; empty: it has not been judged, or is not known here.
   *
   * @param run its id
   */
  Optional<Verdict> newest(String run);
}
