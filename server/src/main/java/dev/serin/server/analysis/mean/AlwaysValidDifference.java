package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Difference;
import dev.serin.server.analysis.Direction;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.StratifiedArms.Arm;
import dev.serin.server.analysis.StratifiedArms.Arms;
import dev.serin.server.analysis.Validity;

/**
 * The difference of two arms over a run, with an interval that holds the truth at all looks at once
 * with probability 95 %.
 *
 * <p>The interval is estimate ± multiplier standard errors, the multiplier from the two-sided
 * asymptotic confidence sequence ({@link AsymptoticSequence}, assumptions there), the standard
 * errors as in {@link MeanTest}. In percent it is that of θ_T / θ_C - 1 by the delta method: SE² =
 * v_T / θ_C² + v_C θ_T² / θ_C⁴. It is for people to look at; decisions are made by {@link
 * MeanTest}.
 *
 * @param difference of the arms, in the metric's measure
 * @param standardError of the difference, above 0, in the same unit
 * @param users distinct users of both arms
 * @param interval of the difference, in the same unit
 * @param percent the same in percent of the control; absent where the control is zero
 * @param logE the logarithm of the e-value against equal arms
 */
public record AlwaysValidDifference(
    Difference difference,
    double standardError,
    double users,
    Interval interval,
    Figure<Interval> percent,
    double logE)
    implements Inference {

  private static final double ALPHA = 1 - Interval.LEVEL;

  /**
   * Compares the arms of a run.
   *
   * @param direction which way the metric is to go
   * @param plannedUsers users of both arms at which the interval is to be tightest, 1 or more; not
   *     to be chosen by the outcomes
   * @throws IllegalArgumentException where that is below 1, stages repeat or have unequally many
   *     buckets
   */
  public static Figure<AlwaysValidDifference> of(
      RunMeans means, Direction direction, long plannedUsers) {
    AsymptoticSequence sequence = AsymptoticSequence.twoSided(plannedUsers, ALPHA);
    return MeanTest.judged(means).then(arms -> of(arms, means.users(), direction, sequence));
  }

  static Figure<AlwaysValidDifference> of(
      Arms arms, double users, Direction direction, AsymptoticSequence sequence) {
    return arms.standardError(1)
        .then(
            error ->
                Difference.of(arms.control().estimate(), arms.treatment().estimate(), direction)
                    .then(difference -> of(difference, error, arms, users, sequence)));
  }

  private static Figure<AlwaysValidDifference> of(
      Difference difference,
      double standardError,
      Arms arms,
      double users,
      AsymptoticSequence sequence) {
    double multiplier = sequence.multiplier(users);
    Interval interval = around(difference.absolute(), multiplier * standardError);
    double logE = sequence.logE(difference.absolute() / standardError, users);
    return Figure.ofFinite(
        "interval of the difference",
        new AlwaysValidDifference(
            difference, standardError, users, interval, percent(arms, multiplier), logE),
        interval.lower(),
        interval.upper(),
        logE);
  }

  private static Figure<Interval> percent(Arms arms, double multiplier) {
    Arm control = arms.control();
    Arm treatment = arms.treatment();
    if (control.estimate() == 0) {
      return new Figure.Absent<>(
          Absence.CONTROL_IS_ZERO, "control: 0 (expected: other than 0 for a percentage of it)");
    }
    double ratio = treatment.estimate() / control.estimate();
    double error =
        Math.sqrt(treatment.variance() + ratio * ratio * control.variance())
            / Math.abs(control.estimate());
    double percent =
        (treatment.estimate() - control.estimate()) / Math.abs(control.estimate()) * 100;
    Interval interval = around(percent, multiplier * error * 100);
    return Figure.ofFinite("interval in percent", interval, interval.lower(), interval.upper());
  }

  private static Interval around(double estimate, double half) {
    return new Interval(estimate - half, estimate + half);
  }

  /**
   * The p-value of all looks so far: the smallest α at which this look alone would have shown a
   * difference, 0 to 1.
   */
  public double p() {
    return Math.min(1, Math.exp(-logE));
  }

  @Override
  public Validity validity() {
    return Validity.ALWAYS;
  }
}
