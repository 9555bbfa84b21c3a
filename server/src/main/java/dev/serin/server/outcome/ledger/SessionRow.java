package dev.serin.server.outcome.ledger;

/**
 * A session as the store knows it.
 *
 * @param id its number
 * @param epoch how often it was opened
 * @param attempt the highest attempt that opened it
 * @param committed the last sequence that is counted, or refused
 */
record SessionRow(long id, long epoch, long attempt, long committed) {}
