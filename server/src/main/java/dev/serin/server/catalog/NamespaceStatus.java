package dev.serin.server.catalog;

/**
 * How fresh a namespace's snapshot is.
 *
 * @param namespace its name
 * @param revision the revision that is served
 * @param ageMillis how long ago it was last known to be the newest, in milliseconds
 * @param fromDisk true: loaded from disk, the store was not reached since
 * @param lastError why there is nothing newer; empty: there is nothing newer
 */
public record NamespaceStatus(
    String namespace, long revision, long ageMillis, boolean fromDisk, String lastError) {}
