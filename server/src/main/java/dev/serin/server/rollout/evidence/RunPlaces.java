package dev.serin.server.rollout.evidence;

import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import java.util.List;

/**
 * Where a run counts.
 *
 * @param namespace of the feature
 * @param feature its key
 * @param split id of the split that the run moves
 * @param run its id
 * @param unit attribute whose values are the users
 * @param treatment variant of the treatment
 * @param control variant of the control
 */
public record RunPlaces(
    String namespace,
    String feature,
    String split,
    String run,
    String unit,
    String treatment,
    String control) {
  /** The places of a stage while the run goes on: all of them are looked at for leaks. */
  List<Place> of(int stage) {
    return List.of(
        place(stage, Arm.ARM_TREATMENT, treatment),
        place(stage, Arm.ARM_SURPLUS, treatment),
        place(stage, Arm.ARM_CONTROL, control),
        place(stage, Arm.ARM_REMAINDER, control));
  }

  /** The place of the feature's outcomes of which no token and no key says what was served. */
  Place unplaced() {
    return new Place(namespace, feature, "", "", 0, 0, Arm.ARM_NONE, "", false, "");
  }

  private Place place(int stage, Arm arm, String variant) {
    return new Place(namespace, feature, split, run, 0, stage, arm, variant, false, unit);
  }
}
