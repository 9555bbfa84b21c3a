package dev.serin.server.analysis;

import java.util.List;

/**
 * The difference of two arms over the stages of a run, each stage compared within itself.
 *
 * <p>θ = Σ w_s d_s, d_s the difference of stage s and w_s its share of the exposed users. Weights
 * are fixed by users and never by estimated variances, which would follow the outcomes; bucket b is
 * left out of all stages at once, because the same users are in several of them: summed variances
 * of stages would be too small. Adding up the stages' outcomes first instead would mistake a base
 * rate that changes while the treatment's share grows for an effect (Simpson's paradox).
 *
 * <p>A stage that cannot be compared (an arm is missing or has just begun) is left out, and said
 * so; which ones these are depends on how many reported, not on what.
 *
 * @param difference over the stages that are in it; absent where there is none
 * @param included what each stage in it weighs, in the order of the input
 * @param leftOut the others and why, in the order of the input
 */
public record StratifiedDifference(
    Figure<ClusteredDifference> difference, List<Included> included, List<LeftOut> leftOut) {

  /** Keeps copies of the lists. */
  public StratifiedDifference {
    included = List.copyOf(included);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * A stage that is compared.
   *
   * @param stage its number
   * @param weight above 0, at most 1; all sum to 1
   */
  public record Included(int stage, double weight) {}

  /**
   * A stage that is not.
   *
   * @param stage its number
   * @param absence why
   * @param detail the same in words
   */
  public record LeftOut(int stage, Absence absence, String detail) {}

  /**
   * Compares the arms over all stages.
   *
   * @param stages of one run, each once, of equally many buckets; may be empty
   * @param direction which way the metric is to go
   * @throws IllegalArgumentException where stages repeat or have unequally many buckets
   */
  public static StratifiedDifference of(List<StageArms> stages, Direction direction) {
    Stratification arms = Stratification.of(stages);
    return new StratifiedDifference(
        arms.pair()
            .then(pair -> ClusteredDifference.of(pair.control(), pair.treatment(), direction)),
        arms.included(),
        arms.leftOut());
  }
}
