package dev.serin.server.outcome.ledger;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Claims whose sessions another replica's transaction holds. They are asked again instead of waited
 * for, so that flushes go on behind a replica that froze inside its transaction. For the ledger's
 * thread.
 */
final class BusyClaims {
  /** Between two tries; a flush holds its sessions for about as long. */
  static final long EVERY = TimeUnit.MILLISECONDS.toNanos(20);

  /** How long a claim is tried: its caller may have more luck later. */
  static final long LONGEST = TimeUnit.SECONDS.toNanos(3);

  /** Since when they are tried, in the order in which they came. */
  private Map<Claim, Long> waiting = new LinkedHashMap<>();

  /** The same of those that are tried now. */
  private Map<Claim, Long> tried = Map.of();

  private long triedAt;

  /** Nanoseconds until they should be tried. */
  long remaining(long now) {
    return waiting.isEmpty() ? Long.MAX_VALUE : Math.max(0, EVERY - (now - triedAt));
  }

  /** Takes all, to be tried now. */
  List<Claim> take(long now) {
    tried = waiting;
    waiting = new LinkedHashMap<>();
    triedAt = now;
    return List.copyOf(tried.keySet());
  }

  /** Adds one that was tried; false: it was tried for long enough. */
  boolean add(Claim claim, long now) {
    long since = tried.getOrDefault(claim, now);
    if (now - since >= LONGEST) {
      return false;
    }
    waiting.put(claim, since);
    return true;
  }
}
