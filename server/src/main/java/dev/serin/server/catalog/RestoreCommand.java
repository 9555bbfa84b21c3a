package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes documents what they were at an earlier revision. Kill switches stay as they are.
 *
 * @param namespace name of the namespace
 * @param document the document; empty: all of the namespace, so that later ones are deleted
 * @param revision the revision whose documents come back
 * @param expectedRevision revision the namespace must have; empty: any
 * @param dryRun true: say what would change, change nothing
 * @param note who and why
 */
public record RestoreCommand(
    String namespace,
    Optional<DocumentId> document,
    long revision,
    OptionalLong expectedRevision,
    boolean dryRun,
    Note note) {}
