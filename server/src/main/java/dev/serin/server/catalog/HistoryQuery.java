package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import java.util.Optional;

/**
 * Which changes to list, newest first.
 *
 * @param namespace name of the namespace
 * @param document only changes of this document; empty: of all
 * @param pageSize changes of a page, 1 or more; large changes make it shorter
 * @param pageToken token of the page before; empty: the newest
 */
public record HistoryQuery(
    String namespace, Optional<DocumentId> document, int pageSize, String pageToken) {}
