package dev.serin.server.report;

/** The features whose outcomes are shown, as they are served now. Safe for all threads. */
public interface ReportedFeatures {
  /**
   * Returns a feature; never waits.
   *
   * @throws dev.serin.server.error.ApiException if there is none
   */
  ReportedFeature find(String namespace, String feature);

  /**
   * Checks that a namespace exists; never waits.
   *
   * @throws dev.serin.server.error.ApiException if it does not
   */
  void requireNamespace(String namespace);
}
