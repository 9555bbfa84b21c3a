package dev.serin.server.rollout.journal;

/**
 * A lease as it was taken: what every transaction of its holder is checked against.
 *
 * @param holder incarnation of the process
 * @param number of the lease, 1 or more; whoever takes it next has a higher one
 */
public record Fence(long holder, long number) {}
