package dev.serin.server.outcome;

/** Takes the exposures of one thread, or of several, for the next flush. */
public interface ExposureRecorder {
  /**
   * Counts that a decision was given to a unit. Waits for no store; where there is no room the
   * exposure is dropped, and counted as dropped.
   *
   * @param unit hash of the unit; any number where the point keeps no units
   */
  void record(ExposurePoint point, long unit);
}
