package dev.serin.server.outcome;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much of what was counted is kept, as the operator says.
 *
 * @param unitsMax distinct units in memory; beyond it half of them are kept, 1 or more
 * @param retention how long sets, buckets, histograms and charts are kept after the end of a
 *     counting period; longer than outcomes may come late
 */
public record OutcomeBounds(int unitsMax, Duration retention) {

  /** Checks the numbers. */
  public OutcomeBounds {
    requireNonNull(retention, "retention");
    if (unitsMax < 1 || retention.compareTo(OutcomeLimits.AGE_MAX) <= 0) {
      throw new IllegalArgumentException(
          "bounds: "
              + unitsMax
              + " units, "
              + retention
              + " (expected: 1 or more, above "
              + OutcomeLimits.AGE_MAX
              + ")");
    }
  }
}
