package dev.serin.server.outcome;

import java.time.Duration;

/** What a report of outcomes may hold; {@code docs/outcomes.md} is the callers' side. */
public final class OutcomeLimits {
  /** Bytes of a message, of a batch too: thousands of outcomes, small enough to be held up. */
  public static final int MESSAGE_BYTES_MAX = 1024 * 1024;

  /** Outcomes of a message: with the bytes, what one worker judges without a break. */
  static final int OUTCOMES_MAX = 10_000;

  /** Values of an outcome, as many as metrics apply to a feature. */
  static final int VALUES_MAX = 64;

  /** Bytes of UTF-8 of a unit key, as of the user key of an evaluation. */
  static final int UNIT_KEY_BYTES_MAX = 1_024;

  /** Characters of the name of an instance. */
  static final int INSTANCE_CHARS_MAX = 128;

  /** Outcomes that one tells to have been dropped: more than any reporter drops between two. */
  static final long DROPPED_MAX = 1_000_000_000;

  /** Characters of a producer's name. */
  static final int PRODUCER_CHARS_MAX = 128;

  /** How old an outcome may be: sessions are remembered for longer. */
  static final Duration AGE_MAX = Duration.ofDays(7);

  /** How far a producer's clock may be ahead. */
  static final Duration AHEAD_MAX = Duration.ofMinutes(1);

  /** How far an attempt, which may be taken from a clock, may be ahead. */
  static final Duration ATTEMPT_AHEAD_MAX = Duration.ofDays(1);

  /** How long a token that is newer than the snapshot is held up before it is called forged. */
  static final Duration NEWER_TOKEN_WAIT = Duration.ofSeconds(5);

  /** How long a large message may take to arrive, looked at as often; in it do 140 kbit/s. */
  static final Duration ARRIVING_MAX = Duration.ofSeconds(60);

  /** Streams of a replica. */
  static final int STREAMS_MAX = 20_000;

  /** The namespace of an outcome that names none. */
  static final String DEFAULT_NAMESPACE = "default";

  private OutcomeLimits() {}
}
