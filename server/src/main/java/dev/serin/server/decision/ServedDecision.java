package dev.serin.server.decision;

import dev.serin.engine.Decision;
import java.util.concurrent.atomic.LongAdder;

/**
 * An answer ready to be sent: the engine's decision, its bytes on the wire, and its counter.
 *
 * <p>Immutable but for the counter, which decisions of equal variant and reason share, also across
 * the revisions of their feature.
 */
final class ServedDecision implements Answer {
  private final Decision decision;
  private final byte[] bytes;
  private final LongAdder count;

  ServedDecision(Decision decision, LongAdder count) {
    this.decision = decision;
    this.bytes = decision.response().toByteArray();
    this.count = count;
  }

  Decision decision() {
    return decision;
  }

  /** The answer without a decision id. Not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** How often it was given. */
  LongAdder count() {
    return count;
  }
}
