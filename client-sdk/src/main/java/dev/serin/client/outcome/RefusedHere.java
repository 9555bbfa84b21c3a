package dev.serin.client.outcome;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Outcomes that were refused before they were sent, on their way to the listener: callers do not
 * wait for it. Safe for many threads; one tells.
 */
final class RefusedHere {
  /** More than a listener needs to see what is wrong; the rest is counted. */
  private static final int MAX_WAITING = 1_000;

  private final ConcurrentLinkedQueue<RefusedOutcome> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong count = new AtomicLong();

  /** Counts it; true: somebody has to tell. */
  boolean add(RefusedOutcome refused) {
    count.incrementAndGet();
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return false;
    }
    line.add(refused);
    return true;
  }

  void tell(Consumer<RefusedOutcome> told) {
    for (RefusedOutcome next = line.poll(); next != null; next = line.poll()) {
      waiting.decrementAndGet();
      told.accept(next);
    }
  }

  /** How many there were. */
  long count() {
    return count.get();
  }
}
