package dev.serin.server.catalog;

import dev.serin.v1.DocumentKind;
import java.util.Optional;

/**
 * Which documents to list, by kind and key.
 *
 * @param namespace name of the namespace
 * @param kind only this kind; empty: all
 * @param keyContains only keys that contain this text, case ignored; empty: all
 * @param includeArchived true: archived features too
 * @param pageSize documents of a page, 1 or more; large documents make it shorter
 * @param pageToken token of the page before; empty: the first page
 */
public record ListQuery(
    String namespace,
    Optional<DocumentKind> kind,
    String keyContains,
    boolean includeArchived,
    int pageSize,
    String pageToken) {}
