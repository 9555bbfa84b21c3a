package dev.serin.server.outcome.ledger;

import java.util.ArrayDeque;

/**
 * This replica's deltas that are in no base yet: so few that whoever retires it can fold them in
 * one transaction. Safe for all threads.
 */
final class Unfolded {
  static final int DELTAS_MAX = 1_024;
  static final long BYTES_MAX = 16L << 20;

  private final ArrayDeque<Size> deltas = new ArrayDeque<>();
  private long bytes;

  private record Size(long number, int bytes) {}

  /** Adds a delta; numbers rise. */
  synchronized void add(long number, int size) {
    deltas.add(new Size(number, size));
    bytes += size;
  }

  /** Notes that deltas up to a number are in bases. */
  synchronized void foldedThrough(long number) {
    while (!deltas.isEmpty() && deltas.element().number() <= number) {
      bytes -= deltas.remove().bytes();
    }
  }

  synchronized int count() {
    return deltas.size();
  }

  synchronized long bytes() {
    return bytes;
  }

  /** Whether no more may be added before some are folded. */
  synchronized boolean isFull() {
    return deltas.size() >= DELTAS_MAX || bytes >= BYTES_MAX;
  }
}
