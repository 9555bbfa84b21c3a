package dev.serin.loadtest.rollouts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run of rollouts side by side is made of.
 *
 * @param count rollouts of each margin, 1 or more
 * @param margins relative margins of the guardrail, each 0 to 10
 * @param perArm requests a second of each arm, above 0; each is a new user's
 * @param usual share of requests that fail, 0 to 1
 * @param worse share of the treatment's requests that fail from the onset on, 0 to 1; as usual:
 *     nothing is ever worse
 * @param onset from the beginning of the stage until requests begin to fail more often
 * @param limit how long is waited for a rollback after the onset
 * @param stage dwell of the first stage, in which all of it happens
 * @param seed of what fails
 */
record RolloutSettings(
    int count,
    List<Double> margins,
    double perArm,
    double usual,
    double worse,
    Duration onset,
    Duration limit,
    Duration stage,
    long seed) {
  RolloutSettings {
    margins = List.copyOf(margins);
    if (count < 1 || margins.isEmpty() || perArm <= 0) {
      throw new IllegalArgumentException(
          "rollouts, margins, rate: "
              + count
              + ", "
              + margins
              + ", "
              + perArm
              + " (expected: one or more, at least one, above 0)");
    }
    if (stage.compareTo(onset.plus(limit)) < 0) {
      throw new IllegalArgumentException(
          "stage: " + stage + " (expected: onset and limit in it, " + onset.plus(limit) + ")");
    }
  }

  /** The rollouts, margin by margin. */
  List<WatchedRun> runs() {
    List<WatchedRun> runs = new ArrayList<>();
    for (double margin : margins) {
      for (int i = 0; i < count; i++) {
        runs.add(new WatchedRun("service-" + runs.size(), margin, this));
      }
    }
    return List.copyOf(runs);
  }

  /** Whether anything ever is worse. */
  boolean isHealthy() {
    return worse == usual;
  }
}
