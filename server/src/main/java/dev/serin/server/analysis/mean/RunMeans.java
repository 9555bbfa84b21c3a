package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.StageArms;
import dev.serin.server.analysis.UserBuckets;
import java.util.List;

/**
 * What a run has counted of a mean, a ratio or an event's share.
 *
 * <p>Each stage is of an arm and its concurrent control of equal size: above one half of the
 * traffic the treatment is those users alone who were treated at one half already, the first {@code
 * 1 - t}.
 *
 * @param stages of the run, each once; the stage alone where a stage is judged by itself
 * @param controlUsers distinct users of the control in any of these stages, 0 or more
 * @param treatmentUsers distinct users of the treatment in any of these stages, 0 or more
 */
public record RunMeans(List<StageArms> stages, long controlUsers, long treatmentUsers) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where users are below 0
   */
  public RunMeans {
    stages = List.copyOf(stages);
    if (controlUsers < 0 || treatmentUsers < 0) {
      throw new IllegalArgumentException(
          "users of control, treatment: %s, %s (expected: 0 or more)"
              .formatted(controlUsers, treatmentUsers));
    }
  }

  /** One stage by itself; users are those of its buckets. */
  public static RunMeans ofStage(UserBuckets control, UserBuckets treatment) {
    return new RunMeans(
        List.of(new StageArms(1, control, treatment)), control.users(), treatment.users());
  }

  /** Distinct users of both arms, n. */
  double users() {
    return (double) controlUsers + treatmentUsers;
  }
}
