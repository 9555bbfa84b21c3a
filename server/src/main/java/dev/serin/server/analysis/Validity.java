package dev.serin.server.analysis;

/** How often an inference may be looked at before its error rates no longer hold. */
public enum Validity {
  /**
   * Once, at a moment chosen before the outcomes were seen. Looking again and again until a figure
   * pleases multiplies its error rate.
   */
  SINGLE_LOOK,
  /**
   * At every moment, as often as one likes: the error rate is that of all looks together, whenever
   * one stops and whatever made one stop.
   */
  ALWAYS
}
