package dev.serin.loadtest.wire;

/** When calls are started. */
public sealed interface Pace {

  /**
   * Closed loop: so many calls are always open; the next starts when one ends. Shows what a server
   * can do, and hides what a caller waits for while it is slow.
   *
   * @param streams open calls on each connection, 1 to 10 000
   */
  record Closed(int streams) implements Pace {

    /** Beyond it a caller queues inside its own process. */
    static final int MAX_STREAMS = 10_000;

    /** Checks the range. */
    public Closed {
      if (streams < 1 || streams > MAX_STREAMS) {
        throw new IllegalArgumentException(
            "streams: %d (expected: 1 to %d)".formatted(streams, MAX_STREAMS));
      }
    }
  }

  /**
   * Open loop: calls are due at times that do not depend on answers, and their latency counts from
   * that time, however late they could be sent.
   *
   * @param callsPerSecond mean rate over all connections, above 0, at most 1 000 000
   * @param arrivals how the times are spread
   */
  record Open(double callsPerSecond, Arrivals arrivals) implements Pace {

    /** Beyond it one thread cannot keep the times. */
    static final double MAX_RATE = 1_000_000;

    /** Checks the range. */
    public Open {
      if (!(callsPerSecond > 0 && callsPerSecond <= MAX_RATE)) {
        throw new IllegalArgumentException(
            "rate: %s (expected: above 0, at most %.0f)".formatted(callsPerSecond, MAX_RATE));
      }
    }
  }

  /** How the times of an open loop are spread. */
  enum Arrivals {
    /** At equal distances. */
    EVEN,
    /** As independent callers come: exponential distances, from a fixed seed. */
    POISSON
  }
}
