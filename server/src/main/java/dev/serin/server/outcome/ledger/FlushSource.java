package dev.serin.server.outcome.ledger;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where flushes come from. Called by the ledger's thread, which waits; one flush is under way at a
 * time, from {@link #prepare} to {@link #committed} or {@link #dropped}.
 */
public interface FlushSource {
  /**
   * Whether something waits that nobody announces, so that it is looked for each time a flush may
   * begin. Never waits.
   */
  default boolean hasUnannounced() {
    return false;
  }

  /**
   * Gathers what waits, within the bounds of a flush; null: nothing does, or it takes too long now,
   * and is asked for again later.
   */
  @Nullable PreparedFlush prepare();

  /**
   * Gathers the flush under way again, without what these openings accepted: they are fenced, and
   * were told. Null: nothing is left.
   */
  @Nullable PreparedFlush without(Set<OpenSession> fenced);

  /** The flush under way is durable: what it holds may be acknowledged and shown. */
  void committed();

  /**
   * This replica may count no more: it was retired. What waits will be sent again elsewhere; open
   * calls end.
   */
  void dropped();
}
