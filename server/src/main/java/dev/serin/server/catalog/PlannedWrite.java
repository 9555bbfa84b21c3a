package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import org.jspecify.annotations.Nullable;

/**
 * One document of a change, as it will be stored.
 *
 * @param id which document
 * @param operation what happens to it
 * @param document the document afterwards; null: deleted
 */
record PlannedWrite(DocumentId id, Operation operation, @Nullable Document document) {}
