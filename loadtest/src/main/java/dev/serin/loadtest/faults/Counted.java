package dev.serin.loadtest.faults;

/**
 * What the servers say they counted of a producer, whose outcomes have a unit each.
 *
 * @param count outcomes
 * @param units distinct units among them
 */
record Counted(long count, long units) {}
