package dev.serin.server.analysis;

/**
 * What one arm shows, with a standard error that stays right where one user reports many outcomes.
 *
 * <p>Method, source and assumptions: the bucketed jackknife, as in {@link ClusteredDifference}.
 *
 * @param estimate mean, ratio or share, in the metric's measure
 * @param standardError of the estimate from user buckets, above 0, in the same unit
 * @param degreesOfFreedom of the standard error: filled buckets less one, 1 or more
 */
public record ClusteredEstimate(double estimate, double standardError, int degreesOfFreedom)
    implements Inference {

  /** Estimates one arm. */
  public static Figure<ClusteredEstimate> of(UserBuckets arm) {
    return BucketJackknife.of("arm", arm).then(ClusteredEstimate::of);
  }

  private static Figure<ClusteredEstimate> of(BucketJackknife arm) {
    return BucketJackknife.standardError(arm.variance(), arm.estimate())
        .then(
            error ->
                new Figure.Known<>(
                    new ClusteredEstimate(arm.estimate(), error, arm.degreesOfFreedom())));
  }
}
