package dev.serin.server.analysis;

/**
 * Both arms of one stage of a run.
 *
 * @param stage its number, from 1
 * @param control of equally many buckets as the treatment
 * @param treatment users in the same buckets as those of all arms and stages of the run
 */
public record StageArms(int stage, UserBuckets control, UserBuckets treatment) {
  /**
   * Checks the arms.
   *
   * @throws IllegalArgumentException where the stage is below 1 or the arms' buckets differ
   */
  public StageArms {
    if (stage < 1) {
      throw new IllegalArgumentException("stage: " + stage + " (expected: 1 or more)");
    }
    if (control.buckets() != treatment.buckets()) {
      throw new IllegalArgumentException(
          "buckets of control, treatment in stage %s: %s, %s (expected: equal)"
              .formatted(stage, control.buckets(), treatment.buckets()));
    }
  }

  /** Distinct users exposed in the stage, both arms together. */
  double users() {
    return (double) control.users() + treatment.users();
  }
}
