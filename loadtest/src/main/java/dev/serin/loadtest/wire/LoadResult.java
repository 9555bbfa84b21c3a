package dev.serin.loadtest.wire;

import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param started calls sent
 * @param succeeded calls that ended with status 0 and a message
 * @param failures how many calls ended otherwise, by how
 * @param latencyNanos latencies of calls that ended well, from their start or, in an open loop,
 *     from the time they were due
 * @param elapsed from the first call's start to the last one's end
 */
public record LoadResult(
    long started,
    long succeeded,
    Map<CallEnd, Long> failures,
    Histogram latencyNanos,
    Duration elapsed) {

  /** Copies the counts. */
  public LoadResult {
    failures = Map.copyOf(failures);
  }

  /** Returns the calls that ended, but not well. */
  public long failed() {
    return failures.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the calls that had not ended when the run gave up waiting. */
  public long unanswered() {
    return started - succeeded - failed();
  }

  /** Returns true where every call ended well. */
  public boolean clean() {
    return succeeded == started;
  }

  /** Returns successful calls per second. */
  public double callsPerSecond() {
    return succeeded / (elapsed.toNanos() / 1e9);
  }
}
