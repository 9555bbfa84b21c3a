package dev.serin.server.rollout.plan;

/**
 * The treatment's share of a split, as it was written: exact, and compared exactly.
 *
 * <p>5 of 100 and 50 of 1 000 compare as equal and are not {@code equals}: they are drawn alike and
 * shown as they stand in the document.
 *
 * @param parts 0 to {@code of}
 * @param of the whole, 1 to 1 000 000 000
 */
public record TrafficShare(int parts, int of) implements Comparable<TrafficShare> {
  /** Nobody. */
  public static final TrafficShare NONE = new TrafficShare(0, 100);

  /** Everybody. */
  public static final TrafficShare ALL = new TrafficShare(100, 100);

  /** Checks the ranges. */
  public TrafficShare {
    if (of < 1 || of > PlanLimits.MAX_SHARE_OF) {
      throw new IllegalArgumentException(
          "of: " + of + " (expected: 1 to " + PlanLimits.MAX_SHARE_OF + ")");
    }
    if (parts < 0 || parts > of) {
      throw new IllegalArgumentException("parts: " + parts + " (expected: 0 to " + of + ")");
    }
  }

  /** True: the treatment is everybody's, and there is no control. */
  public boolean isAll() {
    return parts == of;
  }

  /** The share as a number from 0 to 1. */
  public double fraction() {
    return (double) parts / of;
  }

  @Override
  public int compareTo(TrafficShare other) {
    return Long.compare((long) parts * other.of, (long) other.parts * of);
  }

  /** {@code 5 %}, or {@code 3/1000} where the whole is not 100. */
  @Override
  public String toString() {
    return of == 100 ? parts + " %" : parts + "/" + of;
  }
}
