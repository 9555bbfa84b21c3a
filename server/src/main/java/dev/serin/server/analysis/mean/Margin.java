package dev.serin.server.analysis.mean;

/** How much worse or better the treatment may or has to be than the control. */
public sealed interface Margin {
  /** No margin at all. */
  Margin NONE = new Absolute(0);

  /**
   * A share of the arm that is to be the smaller, whose figure has to be above 0: the larger one is
   * compared with 1 + share times it.
   *
   * @param share 0.25 for 25 %; 0 or more, finite
   */
  record Relative(double share) implements Margin {
    /**
     * Checks the share.
     *
     * @throws IllegalArgumentException where it is outside its range
     */
    public Relative {
      check(share);
    }
  }

  /**
   * A difference.
   *
   * @param difference in the metric's measure; 0 or more, finite
   */
  record Absolute(double difference) implements Margin {
    /**
     * Checks the difference.
     *
     * @throws IllegalArgumentException where it is outside its range
     */
    public Absolute {
      check(difference);
    }
  }

  private static void check(double margin) {
    if (!(margin >= 0 && margin < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("margin: " + margin + " (expected: 0 or more, finite)");
    }
  }
}
