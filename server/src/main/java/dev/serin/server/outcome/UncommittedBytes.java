package dev.serin.server.outcome;

import java.util.ArrayDeque;

/** How many bytes of a stream's messages are not durable. Not for several threads at a time. */
final class UncommittedBytes {
  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private long bytes;

  private record Message(long last, long bytes) {}

  /** A message was handed over; {@code last} is the sequence of its last outcome. */
  void add(long last, long size) {
    messages.add(new Message(last, size));
    bytes += size;
  }

  /** Everything up to a sequence is durable. */
  void committed(long sequence) {
    for (Message first = messages.peek();
        first != null && first.last <= sequence;
        first = messages.peek()) {
      bytes -= first.bytes;
      messages.remove();
    }
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }
}
