package dev.serin.loadtest.faults;

/**
 * One fault of a plan.
 *
 * @param victim which server or producer, counted modulo how many there are
 * @param pauseMillis how long the system runs on before it
 */
record Fault(FaultKind kind, int victim, int pauseMillis) {
  @Override
  public String toString() {
    return kind + " " + victim + " after " + pauseMillis + " ms";
  }
}
