package dev.serin.server.catalog;

import dev.serin.v1.ChangeSource;
import java.util.List;
import java.util.OptionalLong;

/**
 * A change of documents of one namespace: all of it, or nothing.
 *
 * @param namespace name of the namespace
 * @param writes what to do, each document once
 * @param expectedRevision revision the namespace must have; empty: any
 * @param dryRun true: check and say what would change, change nothing
 * @param note who and why
 * @param source where it comes from
 */
public record ApplyCommand(
    String namespace,
    List<DocumentWrite> writes,
    OptionalLong expectedRevision,
    boolean dryRun,
    Note note,
    ChangeSource source) {
  /** Copies the list. */
  public ApplyCommand {
    writes = List.copyOf(writes);
  }
}
