package dev.serin.server.analysis;

/**
 * One arm of an event metric: how many users it was given to, and to how many of them it happened.
 *
 * @param exposed distinct users exposed, 0 or more
 * @param withEvent those of them with at least one event, 0 to {@code exposed}
 */
public record EventCounts(long exposed, long withEvent) {
  /**
   * Checks the counts.
   *
   * @throws IllegalArgumentException where a count is outside its range
   */
  public EventCounts {
    if (exposed < 0) {
      throw new IllegalArgumentException("exposed: " + exposed + " (expected: 0 or more)");
    }
    if (withEvent < 0 || withEvent > exposed) {
      throw new IllegalArgumentException(
          "withEvent: " + withEvent + " (expected: 0 to " + exposed + ")");
    }
  }

  /**
   * The same as moments of one value a user: 1 where the event happened, else 0. Welch's t of these
   * is the unpooled z of two proportions with Student's tails.
   */
  public Moments moments() {
    if (exposed == 0) {
      return Moments.NONE;
    }
    // x (n - x) / n as a product of doubles: the counts themselves may overflow a long.
    double squaredDeviations = (double) withEvent / exposed * (exposed - withEvent);
    return new Moments(
        exposed,
        withEvent,
        squaredDeviations,
        withEvent == exposed ? 1 : 0,
        withEvent == 0 ? 0 : 1);
  }
}
