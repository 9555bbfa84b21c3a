package dev.serin.server.analysis.quantile;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Validity;

/**
 * Whether a quantile differs between the arms of a stage, either way and valid at every look: for
 * people to look at; decisions are made by {@link QuantileTest}.
 *
 * <p>At the common quantile x the share of values below x is p in both arms; the least product of
 * the evidence against that, over all x, is the e-value. In a bin each arm's share is taken where
 * its evidence is least. Source and assumptions: {@link QuantileTest}; on bins of one value each
 * this is confseq's {@code QuantileABTest}.
 *
 * @param logE the logarithm of the e-value against equal quantiles
 */
public record QuantileDifference(double logE) implements Inference {
  /**
   * Compares the arms of a stage.
   *
   * @param share which quantile, above 0 and below 1
   * @param plannedValues values of an arm at which the test is to be sharpest, 1 or more
   * @param alpha for which it is to be sharpest, above 0 and below 1
   * @throws IllegalArgumentException where an argument is outside its range
   */
  public static Figure<QuantileDifference> of(
      double share, long plannedValues, double alpha, QuantileArm control, QuantileArm treatment) {
    QuantileTest.checkShare(share);
    if (plannedValues < 1 || !(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException(
          "planned values, alpha: %s, %s (expected: 1 or more, above 0 and below 1)"
              .formatted(plannedValues, alpha));
    }
    if (control.bins().total() == 0 || treatment.bins().total() == 0) {
      return new Figure.Absent<>(
          Absence.NO_OUTCOMES,
          "values of control, treatment: %s, %s (expected: 1 or more)"
              .formatted(control.bins().total(), treatment.bins().total()));
    }
    BetaMixture mixture = BetaMixture.bestAt(share, (double) plannedValues, alpha);
    Side ofControl = new Side(mixture, control);
    Side ofTreatment = new Side(mixture, treatment);
    int last = Math.max(control.bins().last(), treatment.bins().last());
    double least = Double.POSITIVE_INFINITY;
    for (int bin = 0; bin <= last; bin++) {
      least = Math.min(least, ofControl.least(bin) + ofTreatment.least(bin));
    }
    return Figure.ofFinite("log e-value", new QuantileDifference(least), least);
  }

  /** One arm, and where its evidence is least. */
  private static final class Side {
    private final BetaMixture mixture;
    private final QuantileArm arm;
    private final double least;

    Side(BetaMixture mixture, QuantileArm arm) {
      this.mixture = mixture;
      this.arm = arm;
      this.least = mixture.leastWhole(arm.weight());
    }

    /** The least evidence that a quantile in a bin allows. */
    double least(int bin) {
      double below = arm.bins().below(bin) / arm.designEffect();
      double upTo = arm.bins().upTo(bin) / arm.designEffect();
      return mixture.whole(Math.clamp(least, below, upTo), arm.weight());
    }
  }

  /** The p-value of all looks so far, 0 to 1. */
  public double p() {
    return Math.min(1, Math.exp(-logE));
  }

  @Override
  public Validity validity() {
    return Validity.ALWAYS;
  }
}
