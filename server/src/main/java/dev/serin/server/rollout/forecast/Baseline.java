package dev.serin.server.rollout.forecast;

import dev.serin.v1.MetricBaseline;

/** What the control shows of a metric. */
public sealed interface Baseline {
  /**
   * An event.
   *
   * @param share of users with at least one, above 0 and below 1
   */
  record Event(double share) implements Baseline {
    /**
     * Checks the share.
     *
     * @throws IllegalArgumentException where it is outside its range
     */
    public Event {
      if (!(share > 0 && share < 1)) {
        throw new IllegalArgumentException(
            share + " (expected: a share of users, above 0 and below 1)");
      }
    }
  }

  /**
   * A mean, or a ratio.
   *
   * @param mean above 0, in the metric's measure
   * @param deviation between users, above 0, in the same unit
   */
  record Mean(double mean, double deviation) implements Baseline {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException where one is outside its range
     */
    public Mean {
      boolean finite = Double.isFinite(mean) && Double.isFinite(deviation);
      if (!(finite && mean > 0 && deviation > 0)) {
        throw new IllegalArgumentException(
            mean + ", " + deviation + " (expected: a mean and a deviation between users, above 0)");
      }
    }
  }

  /**
   * Reads a message.
   *
   * @throws IllegalArgumentException where a number is outside its range
   */
  static Baseline of(MetricBaseline message) {
    return message.hasDeviation()
        ? new Mean(message.getValue(), message.getDeviation())
        : new Event(message.getValue());
  }

  /** The baseline of a metric as a message. */
  default MetricBaseline message(String metric) {
    MetricBaseline.Builder message = MetricBaseline.newBuilder().setMetric(metric);
    return switch (this) {
      case Event(double share) -> message.setValue(share).build();
      case Mean(double mean, double deviation) ->
          message.setValue(mean).setDeviation(deviation).build();
    };
  }
}
