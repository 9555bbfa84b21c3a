package dev.serin.engine;

import dev.serin.v1.EventWhen;

/**
 * When an event happens that is made of another metric's values. One of both limits is none.
 *
 * @param metric key of the mean or quantile whose values decide
 * @param above it happens above this, in that metric's measure; positive infinity: never
 * @param below it happens below this; negative infinity: never
 */
public record EventRule(String metric, double above, double below) {
  static EventRule of(EventWhen when) {
    return new EventRule(
        when.getMetric(),
        when.hasAbove() ? when.getAbove() : Double.POSITIVE_INFINITY,
        when.hasBelow() ? when.getBelow() : Double.NEGATIVE_INFINITY);
  }

  /** Returns whether it happened where this value was reported; at a limit itself it did not. */
  public boolean happened(double value) {
    return value > above || value < below;
  }
}
