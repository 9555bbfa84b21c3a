package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.Absence;
import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.StratifiedArms;
import dev.serin.server.analysis.StratifiedArms.Arm;
import dev.serin.server.analysis.StratifiedArms.Arms;

/**
 * The one-sided test of a claim about means, ratios or shares of users, valid at every look.
 *
 * <p>With θ_T and θ_C the arms over the stages (fixed weights by users), z = (θ_T - k θ_C - δ) /
 * √(v_T + k² v_C), the variances from the bucketed jackknife with bucket b left out of all stages
 * at once; the sign is turned where the claim says below. The asymptotic confidence sequence makes
 * an e-value of z and the number of users, n, of both arms. A relative margin is tested as k = 1 +
 * m or 1 / (1 + m), which is linear: no ratio of means has to be approximated, and its bound is
 * that of Fieller ("Some problems in interval estimation", JRSS B 16(2) 1954), the k at which z is
 * on the bound. Source of the whole: {@link AsymptoticSequence} and {@link
 * dev.serin.server.analysis.StratifiedDifference}.
 *
 * <p>Rates of requests (events or errors by requests) are ratios with buckets of users: {@code
 * UserBuckets.ofRatios} with events as numerators and requests as denominators.
 *
 * <p>Values have to be capped at a fixed cap where they are counted; a cap that follows the values
 * would move with the test. Both arms are of equal size by chance, and few users are no normal
 * distribution: until an arm has {@value #MIN_USERS} there is no figure.
 *
 * <p>Keep tests: what depends on α and the plan alone is worked out when one is made. A look costs
 * a few microseconds for 128 buckets and a few stages.
 */
public final class MeanTest {
  /** Users of an arm from which on its mean is taken to be normally distributed. */
  public static final int MIN_USERS = 100;

  /**
   * How many times as large as the other an arm may be: far more than equal shares give by chance.
   */
  static final double MAX_ARM_RATIO = 2;

  private final Claim claim;
  private final AsymptoticSequence sequence;

  private MeanTest(Claim claim, AsymptoticSequence sequence) {
    this.claim = claim;
    this.sequence = sequence;
  }

  /**
   * A test that shows a claim that does not hold with probability α at most, whenever and however
   * often it is looked at.
   *
   * @param plannedUsers users of both arms at which the test is to be sharpest, 1 or more: what the
   *     run is expected to see. It changes the test's power, not its validity, and must not be
   *     chosen by the outcomes
   * @param alpha this test's own share, above 0, below 1/2
   * @throws IllegalArgumentException where a number is outside its range
   */
  public static MeanTest of(Claim claim, long plannedUsers, double alpha) {
    return new MeanTest(claim, AsymptoticSequence.oneSided(plannedUsers, alpha));
  }

  /**
   * How many standard errors beyond its margin a claim is shown at, for plans.
   *
   * @param users of both arms, above 0
   */
  public double standardErrors(double users) {
    return sequence.multiplier(users);
  }

  /**
   * The evidence for the claim so far.
   *
   * @throws IllegalArgumentException where stages repeat or have unequally many buckets
   */
  public Figure<MeanEvidence> of(RunMeans means) {
    return judged(means).then(arms -> of(arms, means.users()));
  }

  /** The arms over the stages, absent where they are no ground for an asymptotic figure. */
  static Figure<Arms> judged(RunMeans means) {
    double control = means.controlUsers();
    double treatment = means.treatmentUsers();
    if (Math.min(control, treatment) < MIN_USERS) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_USERS,
          "users of control, treatment: %.0f, %.0f (expected: %s or more)"
              .formatted(control, treatment, MIN_USERS));
    }
    if (Math.max(control, treatment) > MAX_ARM_RATIO * Math.min(control, treatment)) {
      return new Figure.Absent<>(
          Absence.UNEQUAL_ARMS,
          "users of control, treatment: %.0f, %.0f (expected: about as many)"
              .formatted(control, treatment));
    }
    return StratifiedArms.of(means.stages()).arms().then(arms -> reported(means, arms));
  }

  private static Figure<Arms> reported(RunMeans means, Arms arms) {
    double buckets = means.stages().getFirst().control().buckets();
    double control = reporting(arms.control(), buckets);
    double treatment = reporting(arms.treatment(), buckets);
    if (Math.min(control, treatment) < MIN_USERS) {
      return new Figure.Absent<>(
          Absence.TOO_FEW_USERS,
          "users of control, treatment with outcomes: about %.0f, %.0f (expected: %s or more)"
              .formatted(control, treatment, MIN_USERS));
    }
    return new Figure.Known<>(arms);
  }

  /**
   * How many users have to be there to fill so many buckets, on average: B ln(B / empty ones).
   * Source: Whang, Vander-Zanden, Taylor, "A linear-time probabilistic counting algorithm", ACM
   * TODS 15(2) 1990.
   */
  private static double reporting(Arm arm, double buckets) {
    return -buckets * Math.log1p(-arm.filledBuckets() / buckets);
  }

  private Figure<MeanEvidence> of(Arms arms, double users) {
    double control = arms.control().estimate();
    if (claim.relative() && control <= 0) {
      return new Figure.Absent<>(
          Absence.CONTROL_NOT_POSITIVE,
          "control: " + control + " (expected: above 0 for a margin in percent of it)");
    }
    return arms.standardError(claim.factor()).then(error -> of(arms, error, users));
  }

  private Figure<MeanEvidence> of(Arms arms, double standardError, double users) {
    double control = arms.control().estimate();
    double treatment = arms.treatment().estimate();
    double beyond = treatment - claim.factor() * control - claim.offset();
    double z = (claim.above() ? beyond : -beyond) / standardError;
    double logE = sequence.logE(z, users);
    return Figure.ofFinite(
        "log e-value",
        new MeanEvidence(
            claim,
            control,
            treatment,
            standardError,
            users,
            sequence.alpha(),
            logE,
            bound(arms, users)),
        z,
        logE);
  }

  private Figure<Double> bound(Arms arms, double users) {
    double multiplier = sequence.multiplier(users);
    if (claim.relative()) {
      return fieller(arms, claim.above() ? multiplier : -multiplier);
    }
    double difference = arms.treatment().estimate() - arms.control().estimate();
    return arms.standardError(1)
        .then(
            error ->
                Figure.ofFinite(
                    "bound of the difference",
                    claim.above()
                        ? difference - multiplier * error
                        : difference + multiplier * error));
  }

  /** The k - 1 at which θ_T - k θ_C is so many standard errors; they are its sign's direction. */
  private static Figure<Double> fieller(Arms arms, double multiplier) {
    double control = arms.control().estimate();
    double treatment = arms.treatment().estimate();
    double ofControl = multiplier * multiplier * arms.control().variance();
    double ofTreatment = multiplier * multiplier * arms.treatment().variance();
    double square = control * control - ofControl;
    if (!(square > 0)) {
      return new Figure.Absent<>(
          Absence.CONTROL_NEAR_ZERO,
          "control: %s with a standard error of %s (expected: more than %s standard errors)"
              .formatted(control, Math.sqrt(arms.control().variance()), Math.abs(multiplier)));
    }
    double spread = Math.sqrt(treatment * treatment * ofControl + square * ofTreatment);
    double k = (treatment * control - Math.signum(multiplier) * spread) / square;
    return Figure.ofFinite("bound in percent of the control", k - 1);
  }
}
