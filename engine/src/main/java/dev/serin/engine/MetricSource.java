package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Metric;

/**
 * A metric that the features of a namespace share.
 *
 * @param document the metric
 * @param revision namespace revision at which the document last changed
 */
public record MetricSource(Metric document, long revision) {
  /** Checks that the document is there. */
  public MetricSource {
    requireNonNull(document, "document");
  }
}
