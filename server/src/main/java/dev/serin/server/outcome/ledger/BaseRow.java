package dev.serin.server.outcome.ledger;

/**
 * Merged deltas as the store knows them.
 *
 * @param base drawn at random
 * @param level 0: merged from deltas; n: from eight bases of level n - 1
 * @param parts how many parts its bytes have
 * @param bytes what they take together
 * @param current false: still being written, or replaced
 */
record BaseRow(long base, int level, int parts, long bytes, boolean current) {}
