package dev.serin.server.analysis.count;

/**
 * How much log evidence the processes of a run must show before they alarm, so that all of them
 * together alarm falsely with probability at most α: a union bound.
 *
 * <p>A metric has a weight w, and the weights of a run's metrics and breakers sum to at most 1. Of
 * a metric's w α the process of the run gets {@link #RUN_PART}, the stages get {@link
 * #STAGES_PART}, each of S planned stages 1/(S+1) of that; the last such share is for repeats and
 * extensions, the k-th of which gets 2^-k of it.
 *
 * @param alpha the largest probability of a false alarm in the run, above 0 and below 1
 * @param stages planned, 1 or more
 */
public record AlphaShares(double alpha, int stages) {
  /** What the process of the whole run gets. */
  public static final double RUN_PART = 0.6;

  /** What the processes of the stages get together. */
  public static final double STAGES_PART = 0.4;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range
   */
  public AlphaShares {
    RateTest.checkShare("alpha", alpha);
    if (stages < 1) {
      throw new IllegalArgumentException("stages: " + stages + " (expected: 1 or more)");
    }
  }

  /** The part of α for the run's process of a metric of this weight, above 0 and at most 1. */
  public double run(double weight) {
    return RUN_PART * checked(weight) * alpha;
  }

  /**
   * The part of α for the process of one planned stage.
   *
   * @param weight of the metric, above 0 and at most 1
   */
  public double stage(double weight) {
    return STAGES_PART * checked(weight) * stagePart() * alpha;
  }

  /**
   * The part of α for the process of a repeat or an extension of a stage.
   *
   * @param weight of the metric, above 0 and at most 1
   * @param repeat its number among the run's repeats and extensions, 1 or more
   */
  public double repeat(double weight, int repeat) {
    return stage(weight) * repeatPart(repeat);
  }

  /** Each planned stage's part of what all stages get, 1/(S+1). */
  public double stagePart() {
    return 1.0 / (stages + 1);
  }

  /**
   * The part of a planned stage's share that a repeat gets.
   *
   * @param repeat its number among the run's repeats and extensions, 1 or more
   * @throws IllegalArgumentException where the number is below 1
   */
  public static double repeatPart(int repeat) {
    if (repeat < 1) {
      throw new IllegalArgumentException("repeat: " + repeat + " (expected: 1 or more)");
    }
    return Math.scalb(1.0, -repeat);
  }

  /** The log e-value at which a process with this part of α alarms: ln(1/part). */
  public static double threshold(double part) {
    return -Math.log(part);
  }

  private static double checked(double weight) {
    if (!(weight > 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "weight: " + weight + " (expected: above 0 and at most 1)");
    }
    return weight;
  }
}
