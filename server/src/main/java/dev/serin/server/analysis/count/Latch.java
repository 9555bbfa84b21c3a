package dev.serin.server.analysis.count;

/**
 * What is kept of a process between looks: the most it has ever shown. Once it has reached its
 * threshold it stays fired, whatever it shows later; at that moment the false alarm was paid for.
 *
 * @param threshold log e-value at which it fires, above 0
 * @param peak the highest log e-value seen, 0 at first (an e-process starts at 1)
 */
public record Latch(double threshold, double peak) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range
   */
  public Latch {
    if (!(threshold > 0)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: above 0)");
    }
    if (!(peak >= 0)) {
      throw new IllegalArgumentException("peak: " + peak + " (expected: 0 or more)");
    }
  }

  /**
   * A process that nobody has looked at.
   *
   * @param part of α that it may spend, below 1; 0: it may never fire
   */
  public static Latch of(double part) {
    return new Latch(AlphaShares.threshold(part), 0);
  }

  /**
   * After a look at this log e-value.
   *
   * @throws IllegalArgumentException where it is no number: a look that says nothing must not pass
   *     for one that found nothing
   */
  public Latch after(double logE) {
    if (Double.isNaN(logE)) {
      throw new IllegalArgumentException("logE: NaN (expected: a number)");
    }
    return logE > peak ? new Latch(threshold, logE) : this;
  }

  /** Whether it has ever reached its threshold. */
  public boolean fired() {
    return peak >= threshold;
  }
}
