package dev.serin.server.telemetry;

import java.util.List;

/**
 * The value of one time series at the moment it is asked for.
 *
 * @param labels values of the family's labels, in its order
 * @param value the value
 */
public record Sample(List<String> labels, double value) {
  public Sample {
    labels = List.copyOf(labels);
  }
}
