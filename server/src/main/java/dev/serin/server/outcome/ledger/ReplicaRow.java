package dev.serin.server.outcome.ledger;

/**
 * A replica as the store knows it.
 *
 * @param incarnation drawn at random at the start of its process
 * @param name host and process, for people
 * @param live false: retired, it counts nothing more
 * @param flushNumber how many flushes it has committed
 * @param foldedNumber its deltas up to here are in bases
 * @param removedNumber its deltas up to here are removed
 */
record ReplicaRow(
    long incarnation,
    String name,
    boolean live,
    long flushNumber,
    long foldedNumber,
    long removedNumber) {}
