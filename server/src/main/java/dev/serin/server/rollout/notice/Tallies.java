package dev.serin.server.rollout.notice;

import dev.serin.server.rollout.journal.Outbox;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of notifications; safe for all threads. */
final class Tallies {
  private static final Outbox.Waiting NONE = new Outbox.Waiting(0, 0);

  final LongAdder delivered = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder givenUp = new LongAdder();
  private volatile Outbox.Waiting waiting = NONE;

  void waiting(Outbox.Waiting now) {
    waiting = now;
  }

  /**
   * All of it.
   *
   * @param delivering false: another process delivers, and knows what waits
   */
  NotifierStatus status(boolean delivering) {
    Outbox.Waiting now = delivering ? waiting : NONE;
    return new NotifierStatus(
        now.count(), now.oldestMillis(), delivered.sum(), failures.sum(), givenUp.sum());
  }
}
