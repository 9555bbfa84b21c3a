package dev.serin.server.analysis;

/** Which arm did better so far; a description of the outcomes, not a conclusion. */
public enum Better {
  /** The treatment. */
  TREATMENT,
  /** The control. */
  CONTROL,
  /** Both are equal. */
  EQUAL,
  /** The metric has no better direction. */
  NOT_JUDGED;

  /** Judges a difference, treatment minus control, by the metric's direction. */
  static Better of(double difference, Direction direction) {
    return switch (direction) {
      case NONE -> NOT_JUDGED;
      case HIGHER -> ofImprovement(difference);
      case LOWER -> ofImprovement(-difference);
    };
  }

  private static Better ofImprovement(double improvement) {
    if (improvement == 0) {
      return EQUAL;
    }
    return improvement > 0 ? TREATMENT : CONTROL;
  }
}
