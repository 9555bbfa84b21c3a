package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import java.util.List;
import java.util.OptionalLong;

/**
 * Copies documents, salts included, from one namespace to another.
 *
 * @param from namespace to copy from
 * @param to namespace to copy to, another one
 * @param documents what to copy; empty: all that are not archived
 * @param expectedRevision revision the target must have; empty: any
 * @param dryRun true: say what would change, change nothing
 * @param note who and why
 */
public record CopyCommand(
    String from,
    String to,
    List<DocumentId> documents,
    OptionalLong expectedRevision,
    boolean dryRun,
    Note note) {
  /** Copies the list. */
  public CopyCommand {
    documents = List.copyOf(documents);
  }
}
