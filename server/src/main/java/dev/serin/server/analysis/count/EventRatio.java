package dev.serin.server.analysis.count;

import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Interval;
import dev.serin.server.analysis.Validity;
import java.util.function.DoubleUnaryOperator;

/**
 * How many times the control's share of users with an event the treatment's is, either way and
 * valid at every look: for people to look at; decisions are made by {@link RateTest}.
 *
 * <p>Of x users of the treatment among n with the event, each is one of the treatment's with
 * probability θ = ρ r / (ρ r + 1 - ρ), r being the ratio of the shares. The mean over Beta(1/2,
 * 1/2) and Beta(100 ρ, 100 (1-ρ)) of the likelihood, by the likelihood at θ,
 *
 * <pre>E(θ) = mean of B(a+x, b+n-x) / B(a,b) / (θ^x (1-θ)^(n-x))</pre>
 *
 * is a martingale if θ is the true one, so that all θ with E(θ) below 1/α hold it at all looks at
 * once with probability 1 - α (Ville). ln E is convex in θ and least at x/n. Source: Lindon and
 * Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022 (2011.03567).
 * Assumptions are those of {@link RateTest}, and that r stays the same.
 *
 * @param logE the logarithm of the e-value against r = 1
 * @param interval of r, its lower end 0 or more; its upper end is infinite while nobody of the
 *     control has had the event
 */
public record EventRatio(double logE, Interval interval) implements Inference {
  private static final double CONCENTRATION = 100;

  private static final double ALPHA = 1 - Interval.LEVEL;

  /** Halvings after which an end is known to the last digits of a double. */
  private static final int STEPS = 100;

  /**
   * Compares both arms.
   *
   * @param share the treatment's share of both arms, ρ; above 0 and below 1
   * @param users with the event
   * @throws IllegalArgumentException where the share is outside its range
   */
  public static EventRatio of(double share, ArmCounts users) {
    RateTest.checkShare("share", share);
    double x = users.treatment();
    double y = users.control();
    double middle = x + y == 0 ? share : x / (x + y);
    DoubleUnaryOperator logE = theta -> logE(share, x, y, theta);
    double lower = x == 0 ? 0 : end(logE, 0, middle);
    double upper = y == 0 ? 1 : end(logE, 1, middle);
    return new EventRatio(
        logE.applyAsDouble(share), new Interval(ratio(share, lower), ratio(share, upper)));
  }

  private static double logE(double share, double x, double y, double theta) {
    double vague = part(0.5, 0.5, x, y, theta);
    double concentrated = part(CONCENTRATION * share, CONCENTRATION * (1 - share), x, y, theta);
    return LogSum.of(vague, concentrated) - Math.log(2);
  }

  private static double part(double a, double b, double x, double y, double theta) {
    return TiltedBeta.whole(a + x, b + y, theta, 1 - theta)
        - TiltedBeta.whole(a, b, theta, 1 - theta);
  }

  /** Where the e-value is 1/α, between an end of [0, 1] where it is infinite and its least. */
  private static double end(DoubleUnaryOperator logE, double outside, double inside) {
    double beyond = outside;
    double within = inside;
    for (int step = 0; step < STEPS; step++) {
      double theta = beyond + (within - beyond) / 2;
      if (theta > 0 && theta < 1 && logE.applyAsDouble(theta) < -Math.log(ALPHA)) {
        within = theta;
      } else {
        beyond = theta;
      }
    }
    return within;
  }

  private static double ratio(double share, double theta) {
    return theta / (1 - theta) * (1 - share) / share;
  }

  /** The p-value of all looks so far: the smallest α that would have excluded r = 1, 0 to 1. */
  public double p() {
    return Math.min(1, Math.exp(-logE));
  }

  @Override
  public Validity validity() {
    return Validity.ALWAYS;
  }
}
