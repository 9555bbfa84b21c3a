package dev.serin.server.catalog;

import dev.serin.engine.CompiledMetric;
import dev.serin.v1.Metric;

/** What tells counts of a metric from those by another definition of it. */
public final class MetricFingerprint {
  private MetricFingerprint() {}

  /**
   * The 32 bits under which values of a metric are counted: equal as long as its definition counts
   * them alike.
   *
   * @param metric a valid one
   */
  public static int of(Metric metric) {
    return CompiledMetric.fingerprint(metric);
  }
}
