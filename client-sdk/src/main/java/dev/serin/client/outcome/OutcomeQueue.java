package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where callers leave their outcomes: bounded in outcomes and bytes, without locks. Many threads
 * {@link #offer}; one, the reporter's, takes. What is taken counts against the bound until it is
 * released: acknowledged, or safe on disk.
 */
final class OutcomeQueue {
  private final long maxOutcomes;
  private final long maxBytes;
  private final int batch;
  private final Runnable wake;

  private final ConcurrentLinkedQueue<ByteString> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong heldOutcomes = new AtomicLong();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicBoolean dropUntold = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * An empty queue.
   *
   * @param batch outcomes that are worth waking the taker for
   * @param wake wakes the taker; never blocks
   */
  OutcomeQueue(long maxOutcomes, long maxBytes, int batch, Runnable wake) {
    this.maxOutcomes = maxOutcomes;
    this.maxBytes = maxBytes;
    this.batch = batch;
    this.wake = wake;
  }

  /** Takes an outcome, or drops it: never blocks. */
  boolean offer(ByteString outcome) {
    int size = outcome.size();
    long bytes = heldBytes.addAndGet(size);
    // Room is taken before the look at closed: so who closes sees by the room who is still on the
    // way in.
    if (heldOutcomes.incrementAndGet() > maxOutcomes || bytes > maxBytes || closed) {
      release(1, size);
      drop();
      return false;
    }
    // Before it stands in line: everything in line is in the number.
    accepted.incrementAndGet();
    line.add(outcome);
    int now = waiting.incrementAndGet();
    if (now == 1 || now == batch) {
      wake.run();
    }
    return true;
  }

  /** Whether the next one is as good as dropped: there is no room for any, or it is closed. */
  boolean isFull() {
    return closed || heldOutcomes.get() >= maxOutcomes || heldBytes.get() >= maxBytes;
  }

  private void drop() {
    dropped.incrementAndGet();
    boolean first = !dropUntold.get() && dropUntold.compareAndSet(false, true);
    // Who waits for the last room to be given back has to look again.
    if (first || closed) {
      wake.run();
    }
  }

  /** Takes from the line, in order; for one thread. */
  List<ByteString> take(int maxOutcomes, int maxBytes) {
    List<ByteString> taken = new ArrayList<>();
    int bytes = 0;
    while (taken.size() < maxOutcomes) {
      @Nullable ByteString head = line.peek();
      if (head == null || (bytes + head.size() > maxBytes && !taken.isEmpty())) {
        break;
      }
      line.poll();
      taken.add(head);
      bytes += head.size();
    }
    waiting.addAndGet(-taken.size());
    return taken;
  }

  /** Gives room back. */
  void release(long outcomes, long bytes) {
    heldBytes.addAndGet(-bytes);
    heldOutcomes.addAndGet(-outcomes);
  }

  /** From now on everything is dropped. */
  void close() {
    closed = true;
    wake.run();
  }

  boolean isClosed() {
    return closed;
  }

  /** How many stand in line. */
  int waiting() {
    return waiting.get();
  }

  /** How many take room: on their way in, in line, or taken and not released. */
  long held() {
    return heldOutcomes.get();
  }

  /** How many were ever taken in; at least as many as ever stood in line. */
  long accepted() {
    return accepted.get();
  }

  /** How many were dropped. */
  long dropped() {
    return dropped.get();
  }

  /** True once after something was dropped. */
  boolean takeDropUntold() {
    return dropUntold.compareAndSet(true, false);
  }

  boolean isDropUntold() {
    return dropUntold.get();
  }
}
