package dev.serin.server.catalog;

import dev.serin.v1.DocumentChange;
import java.util.List;

/**
 * What was, or on a dry run would be, changed.
 *
 * @param revision revision of the namespace after it; the unchanged one where nothing changed
 * @param changes one for each document that differs from what was there
 * @param unchanged documents that were equal to what was there
 */
public record ApplyResult(long revision, List<DocumentChange> changes, int unchanged) {
  /** Copies the list. */
  public ApplyResult {
    changes = List.copyOf(changes);
  }
}
