package dev.serin.server.outcome.ledger;

/**
 * One run of a replica's process.
 *
 * @param id drawn at random, so that no two ever are the same
 * @param name host and process, for people
 */
public record Incarnation(long id, String name) {}
