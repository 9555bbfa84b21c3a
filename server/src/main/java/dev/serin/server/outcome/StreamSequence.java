package dev.serin.server.outcome;

/**
 * How far a session's series was taken: what of a message was seen before, what is new, and what
 * leaves a gap. Not for several threads at a time.
 */
final class StreamSequence {
  /** What {@link #admit} returns of a message that does not join what was taken. */
  static final int GAP = -1;

  private long accepted;

  /**
   * Goes on after a sequence.
   *
   * @param committed the last sequence that is durable, 0: none
   */
  StreamSequence(long committed) {
    if (committed < 0) {
      throw new IllegalArgumentException("committed: " + committed + " (expected: 0 or more)");
    }
    this.accepted = committed;
  }

  /** Whether outcomes may have these sequences: they end where a 64-bit number does. */
  static boolean isSeries(long first, int count) {
    return first >= 1 && first <= Long.MAX_VALUE - count;
  }

  /**
   * Takes what is new of a message.
   *
   * @param first sequence of its first outcome
   * @param count how many outcomes it has; 0: it says only that its producer has none before {@code
   *     first}
   * @return how many of them were seen before, at most {@code count}; {@link #GAP}: there are
   *     others before them, and nothing is taken
   */
  int admit(long first, int count) {
    if (!isSeries(first, count)) {
      throw new IllegalArgumentException(
          "sequences: " + first + " and " + count + " (expected: 1 or more, no overflow)");
    }
    if (first > accepted + 1) {
      return GAP;
    }
    int seen = (int) Math.min(count, accepted + 1 - first);
    accepted += count - seen;
    return seen;
  }

  /** Returns the last sequence that was taken; 0: none. */
  long accepted() {
    return accepted;
  }

  /** Returns the sequence that the next new outcome has. */
  long expected() {
    return accepted + 1;
  }
}
