package dev.serin.server.catalog;

/**
 * What a kill or revive did.
 *
 * @param revision revision of the namespace after it
 * @param changed false: the kill switch was like that already
 */
public record KillResult(long revision, boolean changed) {}
