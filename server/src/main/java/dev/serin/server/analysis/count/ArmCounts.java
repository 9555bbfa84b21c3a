package dev.serin.server.analysis.count;

/**
 * Distinct users of the two arms of whom something is true: who had an event, were exposed, or
 * reported anything.
 *
 * @param treatment of the treatment, surplus included; 0 or more
 * @param control of the control, 0 or more
 */
public record ArmCounts(long treatment, long control) {
  /** Nobody yet. */
  public static final ArmCounts NONE = new ArmCounts(0, 0);

  /**
   * Checks the counts.
   *
   * @throws IllegalArgumentException where one is below 0
   */
  public ArmCounts {
    if (treatment < 0) {
      throw new IllegalArgumentException("treatment: " + treatment + " (expected: 0 or more)");
    }
    if (control < 0) {
      throw new IllegalArgumentException("control: " + control + " (expected: 0 or more)");
    }
  }

  /** Users of both arms. */
  public long total() {
    return Math.addExact(treatment, control);
  }

  /** These and others, of whom none is among these. */
  public ArmCounts plus(ArmCounts others) {
    return new ArmCounts(
        Math.addExact(treatment, others.treatment), Math.addExact(control, others.control));
  }

  /**
   * What has come since an earlier look. A user found in both arms leaves both sets, so that a
   * count may have fallen; then nobody has come in that arm.
   */
  public ArmCounts since(ArmCounts earlier) {
    return new ArmCounts(
        Math.max(0, treatment - earlier.treatment), Math.max(0, control - earlier.control));
  }

  /** With the arms changed over: for events that are good, where fewer are worse. */
  public ArmCounts swapped() {
    return new ArmCounts(control, treatment);
  }
}
