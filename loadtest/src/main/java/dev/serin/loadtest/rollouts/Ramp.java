package dev.serin.loadtest.rollouts;

/**
 * The rates of a warm-up, a window after the other: a small one first, since a cold server and cold
 * callers answer little, twice as much once it was held, and so on up to the whole. Warm is what
 * held the whole rate for some windows on end. Not safe for threads.
 */
final class Ramp {
  private static final double FIRST_SHARE = 1.0 / 16;
  private static final double GROWTH = 2;

  private final double whole;
  private final int windows;
  private double rate;
  private int held;

  /**
   * At its beginning.
   *
   * @param whole rate to reach, above 0
   * @param windows on end that have to hold it, 1 or more
   */
  Ramp(double whole, int windows) {
    this.whole = whole;
    this.windows = windows;
    this.rate = whole * FIRST_SHARE;
  }

  /** The rate of the next window. */
  double rate() {
    return rate;
  }

  /** A window at that rate is over. */
  void window(boolean wasHeld) {
    if (!wasHeld) {
      held = 0;
    } else if (rate < whole) {
      rate = Math.min(whole, rate * GROWTH);
    } else {
      held++;
    }
  }

  boolean isWarm() {
    return held >= windows;
  }
}
