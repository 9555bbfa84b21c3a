package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import java.util.Optional;

/**
 * A place in a namespace's history: what comes before the revision, and in it after the sequence.
 *
 * @param document only this document's history; empty: all
 */
record HistoryPosition(String namespace, Optional<DocumentId> document, long revision, int seq) {}
