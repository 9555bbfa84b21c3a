package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * What looks showed of a run in one minute.
 *
 * @param run id of the run
 * @param minute minutes since 1970, by the clock of the log
 * @param looks that judged it, 1 or more
 * @param verdict what the last of them showed, encoded
 */
public record KeptSlot(String run, long minute, int looks, ByteString verdict) {
  /** Milliseconds of one. */
  public static final long MINUTE_MILLIS = 60_000;

  /** As long as charts are: a day. */
  public static final int KEPT_MINUTES = 24 * 60;

  /** Checks that all is there. */
  public KeptSlot {
    requireNonNull(run, "run");
    requireNonNull(verdict, "verdict");
    if (looks < 1) {
      throw new IllegalArgumentException("looks: " + looks + " (expected: 1 or more)");
    }
  }

  /** The minute of a time, in milliseconds since 1970. */
  public static long minute(long timeMillis) {
    return Math.floorDiv(timeMillis, MINUTE_MILLIS);
  }
}
