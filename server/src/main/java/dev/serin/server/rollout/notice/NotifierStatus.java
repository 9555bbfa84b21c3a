package dev.serin.server.rollout.notice;

/**
 * What became of notifications, as this process knows.
 *
 * @param waiting that are not delivered; 0 where another process delivers
 * @param oldestMillis time since the oldest of them was made, by the database's clock
 * @param delivered since the start
 * @param failures failed attempts since the start
 * @param givenUp since the start
 */
public record NotifierStatus(
    long waiting, long oldestMillis, long delivered, long failures, long givenUp) {}
