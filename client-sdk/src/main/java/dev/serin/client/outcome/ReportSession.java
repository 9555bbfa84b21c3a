package dev.serin.client.outcome;

import dev.serin.v1.Session;
import java.time.Instant;
import java.util.UUID;

/**
 * A session of this producer. Outcomes keep their place in the line for good, so that a new session
 * numbers what is left without touching it: sequence = place - base.
 *
 * @param id UUID of the session
 * @param attempt of the last opening; 0: none yet
 * @param base place before the one whose sequence is 1
 */
record ReportSession(UUID id, long attempt, long base) {
  /** For the next opening: an attempt above all earlier ones, even if the clock went back. */
  ReportSession openedAgain(Instant now) {
    return new ReportSession(id, Math.max(attempt + 1, now.toEpochMilli()), base);
  }

  long sequence(long place) {
    return place - base;
  }

  long place(long sequence) {
    return sequence + base;
  }

  Session message(String producer) {
    return Session.newBuilder()
        .setProducer(producer)
        .setSession(id.toString())
        .setAttempt(attempt)
        .build();
  }
}
