package dev.serin.server.analysis;

import dev.serin.server.analysis.StratifiedDifference.Included;
import dev.serin.server.analysis.StratifiedDifference.LeftOut;
import java.util.List;

/**
 * What each arm shows over the stages of a run, with the squared error of each: what a test of any
 * combination of the two is made of. Method and weights are those of {@link StratifiedDifference}.
 *
 * @param arms over the stages that are in it; absent where there is none
 * @param included what each stage in it weighs, in the order of the input
 * @param leftOut the others and why, in the order of the input
 */
public record StratifiedArms(Figure<Arms> arms, List<Included> included, List<LeftOut> leftOut) {

  /** Keeps copies of the lists. */
  public StratifiedArms {
    included = List.copyOf(included);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Both arms.
   *
   * @param control the concurrent control
   * @param treatment the treatment
   */
  public record Arms(Arm control, Arm treatment) {
    /**
     * The standard error of the treatment less a multiple of the control, above 0; absent where it
     * is nothing but rounding.
     *
     * @param factor the multiple, finite; 1 for the difference
     */
    public Figure<Double> standardError(double factor) {
      return BucketJackknife.standardError(
          treatment.variance() + factor * factor * control.variance(),
          treatment.estimate(),
          factor * control.estimate());
    }
  }

  /**
   * One arm.
   *
   * @param estimate mean, ratio or share, in the metric's measure; finite
   * @param variance squared standard error of the estimate, from user buckets; finite, 0 or more
   * @param filledBuckets user buckets with outcomes in any stage, 2 or more
   */
  public record Arm(double estimate, double variance, int filledBuckets) {}

  /**
   * Puts the arms of the stages together.
   *
   * @param stages of one run, each once, of equally many buckets; may be empty
   * @throws IllegalArgumentException where stages repeat or have unequally many buckets
   */
  public static StratifiedArms of(List<StageArms> stages) {
    Stratification stratification = Stratification.of(stages);
    return new StratifiedArms(
        stratification.pair().then(StratifiedArms::arms),
        stratification.included(),
        stratification.leftOut());
  }

  private static Figure<Arms> arms(Stratification.Pair pair) {
    Arm control = arm(pair.control());
    Arm treatment = arm(pair.treatment());
    return Figure.ofFinite(
        "estimates and variances of both arms",
        new Arms(control, treatment),
        control.estimate(),
        control.variance(),
        treatment.estimate(),
        treatment.variance());
  }

  private static Arm arm(BucketJackknife jackknife) {
    return new Arm(jackknife.estimate(), jackknife.variance(), jackknife.degreesOfFreedom() + 1);
  }
}
