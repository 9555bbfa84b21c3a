package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * What a document shall be.
 *
 * @param id which document
 * @param content null: it shall not be there
 */
record Target(DocumentId id, @Nullable VersionContent content) {}
