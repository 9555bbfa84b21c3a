package dev.serin.server.outcome;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for what was received and is not committed. What was received is always taken in, as it is
 * there already; where there is no room left, nothing more is asked for, and whoever would have
 * asked is signalled when there is. Beside it, as much room for what was asked for and is arriving.
 * Takes no lock; safe for all threads.
 */
final class IngestRoom {
  /** Bytes of all messages together. */
  static final long BYTES_MAX = 64L * 1024 * 1024;

  private final long bytesMax;
  private final IngestPool pool;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong arriving = new AtomicLong();
  private final ConcurrentLinkedQueue<IngestTask> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();

  IngestRoom(long bytesMax, IngestPool pool) {
    this.bytesMax = bytesMax;
    this.pool = pool;
  }

  /** Whether more may be asked for. */
  boolean isOpen() {
    return held.get() < bytesMax;
  }

  /** Whether more may be asked for; where not, the task is signalled when it may. */
  boolean isOpenFor(IngestTask task) {
    if (isOpen()) {
      return true;
    }
    if (task.waitsForRoom.compareAndSet(false, true)) {
      waiting.add(task);
      waitingCount.incrementAndGet();
    }
    // Looked at after it was added: whoever gives room back sees the task, or this sees the room.
    if (isOpen()) {
      wake();
    }
    return false;
  }

  /** Takes in more of a large message that is arriving; false: there is no room for it. */
  boolean arriving(long bytes) {
    return arriving.addAndGet(bytes) <= bytesMax;
  }

  /** What had arrived of a large message was received as a whole, or is dropped. */
  void arrived(long bytes) {
    arriving.addAndGet(-bytes);
  }

  /** Bytes of large messages that are arriving. */
  long arrivingBytes() {
    return arriving.get();
  }

  /** Bytes that there is room for: received, and arriving beside them. */
  long bytesMax() {
    return bytesMax;
  }

  /** Takes in what was received. */
  void take(long bytes) {
    held.addAndGet(bytes);
  }

  /** Gives back what is committed, or dropped. */
  void release(long bytes) {
    if (bytes > 0 && held.addAndGet(-bytes) < bytesMax) {
      wake();
    }
  }

  private void wake() {
    for (IngestTask task = waiting.poll(); task != null; task = waiting.poll()) {
      waitingCount.decrementAndGet();
      task.waitsForRoom.set(false);
      pool.signal(task);
    }
  }

  /** Bytes that are received and not committed. */
  long heldBytes() {
    return held.get();
  }

  /** How many wait until they may ask for more. */
  int waiting() {
    return waitingCount.get();
  }
}
