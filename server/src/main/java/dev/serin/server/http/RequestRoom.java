package dev.serin.server.http;

/**
 * Room for the bytes of requests that arrive, wait or are answered. Bounded; safe for all threads.
 */
public interface RequestRoom {
  /** Takes room, to be given back; false: there is none, nothing was taken. */
  boolean reserve(long bytes);

  /** Gives back room that was taken. */
  void release(long bytes);

  /** Bytes there is room for. */
  long waitingBytesMax();
}
