package dev.serin.server.analysis;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The difference of two arms' means, ratios or event shares, with a standard error that stays right
 * where one user reports many outcomes.
 *
 * <p>Each arm's variance comes from the bucketed jackknife over B user buckets: (B - 1) / B times
 * the sum of (θ₍₋b₎ - mean)², θ₍₋b₎ being the arm without bucket b and the mean theirs. The arms'
 * variances are added, and the interval is difference ± t standard errors with B - 1 degrees of
 * freedom; where buckets are empty, with one less than the arm with fewer filled ones has. Source:
 * Chamandy, Muralidharan, Najmi, Naidu, "Estimating uncertainty for massive data streams" (Google,
 * 2012). Assumes independent users who are each in one arm only.
 *
 * @param difference of the arms, in the metric's measure
 * @param standardError of the difference, above 0, in the same unit
 * @param degreesOfFreedom 1 or more
 * @param interval of the difference, in the same unit
 */
public record ClusteredDifference(
    Difference difference, double standardError, int degreesOfFreedom, Interval interval)
    implements Inference {

  /**
   * Compares two arms of one stage.
   *
   * @param direction which way the metric is to go
   * @throws IllegalArgumentException where the arms have unequally many buckets
   */
  public static Figure<ClusteredDifference> of(
      UserBuckets control, UserBuckets treatment, Direction direction) {
    if (control.buckets() != treatment.buckets()) {
      throw new IllegalArgumentException(
          "buckets of control, treatment: %s, %s (expected: equal)"
              .formatted(control.buckets(), treatment.buckets()));
    }
    return BucketJackknife.of("control", control)
        .then(
            ofControl ->
                BucketJackknife.of("treatment", treatment)
                    .then(ofTreatment -> of(ofControl, ofTreatment, direction)));
  }

  static Figure<ClusteredDifference> of(
      BucketJackknife control, BucketJackknife treatment, Direction direction) {
    double variance = control.variance() + treatment.variance();
    return BucketJackknife.standardError(variance, control.estimate(), treatment.estimate())
        .then(
            error ->
                Difference.of(control.estimate(), treatment.estimate(), direction)
                    .then(
                        difference ->
                            of(
                                difference,
                                error,
                                Math.min(
                                    control.degreesOfFreedom(), treatment.degreesOfFreedom()))));
  }

  private static Figure<ClusteredDifference> of(
      Difference difference, double standardError, int degreesOfFreedom) {
    Interval interval = Interval.ofStudent(difference.absolute(), standardError, degreesOfFreedom);
    return Figure.ofFinite(
        "interval of the difference",
        new ClusteredDifference(difference, standardError, degreesOfFreedom, interval),
        interval.lower(),
        interval.upper());
  }

  /** The two-sided p of Student's t = difference / standard error, 0 to 1. */
  public double p() {
    double t = Math.abs(difference.absolute()) / standardError;
    return Math.min(1, 2 * TDistribution.of(degreesOfFreedom).survivalProbability(t));
  }
}
