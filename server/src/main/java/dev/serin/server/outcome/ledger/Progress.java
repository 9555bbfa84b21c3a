package dev.serin.server.outcome.ledger;

/**
 * How far a flush brings a session.
 *
 * @param session the opening it was accepted under
 * @param last the highest sequence that the flush counts or refuses
 */
public record Progress(OpenSession session, long last) {}
