package dev.serin.server.catalog;

/**
 * The revision that a transaction has taken of a namespace.
 *
 * @param namespace name of the namespace
 * @param revision the new one; what was served before is of an earlier one
 * @param applyId identity of the change
 */
public record TakenRevision(String namespace, long revision, long applyId) {}
