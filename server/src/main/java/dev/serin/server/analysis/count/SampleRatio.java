package dev.serin.server.analysis.count;

import java.util.List;

/**
 * The sequential test for sample ratio mismatch: do arms get the users that their ranges promise?
 *
 * <p>log E = ln B(kp + c) - ln B(kp) - Σ c_i ln p_i, with B the multivariate beta function, k =
 * 100. Source: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022
 * (2011.03567). Each stage is one factor over users who were first exposed, in any arm, in that
 * stage; with the same users in two factors the product is no e-process. Assumes that arms are
 * drawn independently for each user. Where exposures must be thinned more, the factor ends, and
 * another one begins over users first seen afterwards.
 */
public final class SampleRatio {
  /** Weight of the promised probabilities in the mixture, in users. */
  public static final double CONCENTRATION = 100;

  /** Probability of ever alarming in a run where arms get what is promised. */
  public static final double ALPHA = 0.001;

  private static final double TOLERANCE = 1e-9;

  private SampleRatio() {}

  /**
   * One stage's first exposures.
   *
   * @param probabilities of the arms, each above 0, 1 in sum
   * @param users first exposed in the stage, for each arm
   */
  public record Factor(List<Double> probabilities, List<Long> users) {
    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException where numbers are outside their range or not as many
     */
    public Factor {
      probabilities = List.copyOf(probabilities);
      users = List.copyOf(users);
      if (probabilities.size() < 2 || probabilities.size() != users.size()) {
        throw new IllegalArgumentException(
            "arms: %s probabilities, %s counts (expected: 2 or more, equally many)"
                .formatted(probabilities.size(), users.size()));
      }
      double sum = probabilities.stream().mapToDouble(Double::doubleValue).sum();
      if (!probabilities.stream().allMatch(p -> p > 0) || !(Math.abs(sum - 1) <= TOLERANCE)) {
        throw new IllegalArgumentException(
            "probabilities: " + probabilities + " (expected: above 0, 1 in sum)");
      }
      if (!users.stream().allMatch(count -> count >= 0)) {
        throw new IllegalArgumentException("users: " + users + " (expected: 0 or more)");
      }
    }

    /** Two arms of equal size. */
    public static Factor even(ArmCounts users) {
      return new Factor(List.of(0.5, 0.5), List.of(users.treatment(), users.control()));
    }

    double logE(double concentration) {
      double prior = 0;
      double posterior = 0;
      double total = 0;
      for (long count : users) {
        total += count;
      }
      for (int i = 0; i < users.size(); i++) {
        double p = probabilities.get(i);
        prior += arm(concentration * p, 0, concentration * p);
        // c - n p directly, not as a difference of what the prior is added to.
        posterior +=
            arm(
                concentration * p + users.get(i),
                Math.fma(-total, p, (double) users.get(i)),
                (concentration + total) * p);
      }
      return posterior - whole(concentration + total) - (prior - whole(concentration));
    }

    /** What one arm adds to ln B(a) - Σ a_i ln p_i, by Stirling's series. */
    private static double arm(double a, double excess, double expected) {
      return TiltedBeta.deviance(excess, expected)
          + TiltedBeta.correction(a)
          - 0.5 * Math.log(a / (2 * Math.PI));
    }

    private static double whole(double n) {
      return TiltedBeta.correction(n) - 0.5 * Math.log(n / (2 * Math.PI));
    }
  }

  /** The log e-value of a run against the promised probabilities. */
  public static double logE(List<Factor> stages) {
    return logE(stages, CONCENTRATION);
  }

  static double logE(List<Factor> stages, double concentration) {
    double sum = 0;
    for (Factor stage : stages) {
      sum += stage.logE(concentration);
    }
    return sum;
  }

  /** The anytime p-value of a log e-value: at most 1. */
  public static double pValue(double logE) {
    return Math.min(1, Math.exp(-logE));
  }

  /** Whether a run shows a mismatch; once it has, it has (see {@link Latch}). */
  public static boolean alarms(double logE) {
    return logE >= AlphaShares.threshold(ALPHA);
  }
}
