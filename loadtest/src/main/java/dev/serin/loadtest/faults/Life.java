package dev.serin.loadtest.faults;

/**
 * What is known of one process of a producer.
 *
 * @param reported outcomes it reported, the last one perhaps not any more
 * @param kept outcomes it knew to be acknowledged, or had on disk
 * @param ended whether it ended by itself, with everything acknowledged; false: it was killed
 */
record Life(long reported, long kept, boolean ended) {
  /** Outcomes that have to be counted. */
  long atLeast() {
    return ended ? reported : kept;
  }
}
