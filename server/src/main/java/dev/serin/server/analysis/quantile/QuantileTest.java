package dev.serin.server.analysis.quantile;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.mean.Claim;
import java.util.function.DoubleUnaryOperator;

/**
 * The one-sided test of a quantile of one stage, on histograms, valid at every look.
 *
 * <p>Say q_T is claimed to be above f q_C. Were it not, then at x = q_C at most p of the control's
 * values were below x, and at least p of the treatment's up to f x. Evidence against the first and
 * evidence against the second multiply, so that their product at x = q_C is an e-process; as q_C is
 * not known, the least product over all x is taken. A factor f = γ^k is a shift by k bins, and
 * within a bin the counts are taken that give the least: the test is the stricter for its bins, and
 * never wrong by them. f is rounded to whole bins against the claim. Source: Howard and Ramdas,
 * "Sequential estimation of quantiles with applications to A/B testing and best-arm
 * identification", Bernoulli 28(3) 2022, theorem 5 (two-sided, on order statistics); made one-sided
 * by cutting the mixtures off at p, and binned.
 *
 * <p>Exact where each user gives one value. With several, counts are divided by the design effect
 * ({@link QuantileArm#ofUsers}), which is right for many users. Assumes that a stage's values have
 * one distribution in each arm; where both drift alike the least x drifts along, but stages of
 * different times are never added up.
 *
 * <p>As one mixture rises over the bins and the other falls, whole ranges are left out by their
 * ends ; in the worst case two mixtures, a microsecond each, are worked out for each bin.
 */
public final class QuantileTest {
  private final Claim claim;
  private final int shift;
  private final double alpha;
  private final BetaMixture mixture;

  private QuantileTest(Claim claim, int shift, double alpha, BetaMixture mixture) {
    this.claim = claim;
    this.shift = shift;
    this.alpha = alpha;
    this.mixture = mixture;
  }

  /**
   * A test that shows a claim that does not hold with probability α at most, whenever and however
   * often it is looked at.
   *
   * @param share which quantile, above 0 and below 1: .99 for p99
   * @param claim with a relative margin
   * @param binsOfDoubling how many bins a doubling of values spans, above 0
   * @param plannedValues independent values of an arm at which the test is to be sharpest, 1 or
   *     more; not to be chosen by the outcomes
   * @param alpha this test's own share, above 0, below 1/4
   * @throws IllegalArgumentException where an argument is outside its range
   */
  public static QuantileTest of(
      double share, Claim claim, int binsOfDoubling, long plannedValues, double alpha) {
    checkShare(share);
    if (plannedValues < 1) {
      throw new IllegalArgumentException(
          "planned values: " + plannedValues + " (expected: 1 or more)");
    }
    if (!(alpha > 0 && alpha < 0.25)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: above 0, below 0.25)");
    }
    // Both arms bring evidence, half of what is needed each.
    double ofAnArm = 2 * Math.sqrt(alpha);
    return new QuantileTest(
        claim,
        shift(claim, binsOfDoubling),
        alpha,
        BetaMixture.bestAt(share, (double) plannedValues, ofAnArm));
  }

  static void checkShare(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: above 0, below 1)");
    }
  }

  private static int shift(Claim claim, int binsOfDoubling) {
    if (!claim.relative() && claim.offset() != 0) {
      throw new IllegalArgumentException(
          "margin: " + claim.offset() + " (expected: a relative one, or none)");
    }
    if (binsOfDoubling < 1 || !(claim.factor() > 0)) {
      throw new IllegalArgumentException(
          "bins of a doubling, factor: %s, %s (expected: above 0)"
              .formatted(binsOfDoubling, claim.factor()));
    }
    double bins = binsOfDoubling * Math.log(claim.factor()) / Math.log(2);
    double whole = Math.rint(bins);
    // A margin that is a whole number of bins but for rounding is that number.
    if (Math.abs(bins - whole) < 1e-9) {
      return (int) whole;
    }
    return (int) (claim.above() ? Math.ceil(bins) : Math.floor(bins));
  }

  /** By how many bins the treatment has to be above (below) the control; below 0 for downwards. */
  public int shiftBins() {
    return shift;
  }

  /**
   * How many standard errors of their difference both arms' shares are apart where they are
   * evidence enough, half of it from each; for plans.
   *
   * @param values of an arm, above 0
   */
  public double standardErrors(double values) {
    double share = mixture.share();
    double half = -Math.log(alpha) / 2;
    double error = Math.sqrt(share * (1 - share) * values);
    double up = excess(half, (1 - share) * values, k -> mixture.above(share * values + k, values));
    double down = excess(half, share * values, k -> mixture.below(share * values - k, values));
    return (up + down) / error / Math.sqrt(2);
  }

  /** The least excess that is so much evidence; beyond the most there can be, in proportion. */
  private static double excess(double evidence, double most, DoubleUnaryOperator logE) {
    double all = logE.applyAsDouble(most);
    if (all < evidence) {
      return most * (1 + (evidence - all));
    }
    double low = 0;
    double high = most;
    for (int step = 0; step < 40; step++) {
      double middle = (low + high) / 2;
      if (logE.applyAsDouble(middle) < evidence) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** The evidence for the claim so far. */
  public Figure<QuantileEvidence> of(QuantileArm control, QuantileArm treatment) {
    if (control.bins().total() == 0 || treatment.bins().total() == 0) {
      return new Figure.Absent<>(
          Absence.NO_OUTCOMES,
          "values of control, treatment: %s, %s (expected: 1 or more)"
              .formatted(control.bins().total(), treatment.bins().total()));
    }
    double logE = new Search(control, treatment).least();
    return Figure.ofFinite("log e-value", new QuantileEvidence(claim, shift, alpha, logE), logE);
  }

  /** The least product over all bins that the control's quantile may be in. */
  private final class Search {
    private final QuantileArm control;
    private final QuantileArm treatment;

    Search(QuantileArm control, QuantileArm treatment) {
      this.control = control;
      this.treatment = treatment;
    }

    double least() {
      // One bin outside on either side stands for all beyond it.
      int first =
          Math.max(0, Math.min(control.bins().first(), treatment.bins().first() - shift) - 1);
      int last = 1 + Math.max(control.bins().last(), treatment.bins().last() + Math.abs(shift));
      double rising = rising(first);
      double falling = falling(last);
      double ends = Math.min(rising + falling(first), rising(last) + falling);
      return least(first, last, rising, falling, ends);
    }

    /** The least within a range whose ends are known, or {@code least} if that is below it. */
    private double least(int first, int last, double rising, double falling, double least) {
      if (last - first < 2 || rising + falling >= least) {
        return least;
      }
      int middle = (first + last) >>> 1;
      double risen = rising(middle);
      double fallen = falling(middle);
      double best = Math.min(least, risen + fallen);
      best = least(first, middle, rising, fallen, best);
      return least(middle, last, risen, falling, best);
    }

    /** What is the larger the higher the bin of the control's quantile. */
    private double rising(int bin) {
      QuantileArm arm = claim.above() ? control : treatment;
      long below = arm.bins().below(claim.above() ? bin : lowest(bin));
      return mixture.above(below / arm.designEffect(), arm.weight());
    }

    /** What is the smaller the higher the bin of the control's quantile. */
    private double falling(int bin) {
      QuantileArm arm = claim.above() ? treatment : control;
      long upTo = arm.bins().upTo(claim.above() ? highest(bin) : bin);
      return mixture.below(upTo / arm.designEffect(), arm.weight());
    }

    /** The lowest bin that f times a value of a bin can be in: bin 0 reaches down to 0. */
    private int lowest(int bin) {
      return bin == 0 ? 0 : highest(bin);
    }

    /** The highest bin that f times a value of a bin can be in. */
    private int highest(int bin) {
      return Math.max(0, bin + shift);
    }
  }
}
