package dev.serin.server.analysis.count;

/**
 * The one-sided exact test of a share θ against a limit θ₀, from x hits among n trials, valid at
 * every look: the mean of two mixtures of likelihood ratios, one over Beta(1/2, 1/2), which finds
 * large effects after few events, one over Beta(100 ρ, 100 (1-ρ)), which finds small ones.
 *
 * <p>For each Beta(a, b), cut off to θ above θ₀, the e-value against θ ≤ θ₀ is
 *
 * <pre>E = {B(a+x, b+n-x) Q(θ₀; a+x, b+n-x)} / {B(a,b) Q(θ₀; a,b)} / (θ₀^x (1-θ₀)^(n-x))</pre>
 *
 * with Q = 1 - I; the test against θ ≥ θ₀ is its mirror. Source: Lindon and Malek, "Anytime-valid
 * inference for multinomial count data", NeurIPS 2022 (2011.03567), made one-sided by cutting the
 * mixture off; a monotone likelihood ratio makes it valid for the composite null.
 *
 * <p>Two arms: given that a user had the event, the user is of the treatment with probability θ = ρ
 * r / (ρ r + 1 - ρ), where ρ is the treatment's share of both arms and r the ratio of the arms'
 * shares of users with the event, whatever the time course. So r ≤ 1 + m is θ ≤ θ₀ = ρ (1+m) / (ρ
 * (1+m) + 1 - ρ). It assumes that users are independent and their arms drawn at random; with m
 * above 0 it is about shares of users, not rates of requests.
 *
 * <p>Everything that depends on ρ and θ₀ alone is worked out when a test is made: keep tests. One
 * e-value then takes about a microsecond and allocates nothing.
 */
public final class RateTest {
  /** Weight of the mixture's second part, in users whose share is known beforehand. */
  private static final double CONCENTRATION = 100;

  private final double limit;
  private final double rest;
  private final boolean mirrored;
  private final Part vague;
  private final Part concentrated;

  private RateTest(double centre, double limit, double rest, boolean mirrored) {
    this.limit = limit;
    this.rest = rest;
    this.mirrored = mirrored;
    this.vague = Part.of(0.5, 0.5, limit, rest);
    this.concentrated = Part.of(CONCENTRATION * centre, CONCENTRATION * (1 - centre), limit, rest);
  }

  /**
   * E+, the evidence that the treatment's share of users with the event is more than 1 + margin
   * times the control's.
   *
   * @param share the treatment's share of both arms, ρ; above 0 and below 1
   * @param margin relative, 0 or more
   * @throws IllegalArgumentException where a number is outside its range
   */
  public static RateTest regression(double share, double margin) {
    checkShare("share", share);
    double odds = tilted(share, margin);
    double both = odds + 1 - share;
    return new RateTest(share, odds / both, (1 - share) / both, false);
  }

  /**
   * E-, the evidence that the treatment's share of users with the event is less than 1 + margin
   * times the control's.
   *
   * @param share the treatment's share of both arms, ρ; above 0 and below 1
   * @param margin relative, 0 or more
   * @throws IllegalArgumentException where a number is outside its range
   */
  public static RateTest nonInferiority(double share, double margin) {
    checkShare("share", share);
    double odds = tilted(share, margin);
    double both = odds + 1 - share;
    return new RateTest(1 - share, (1 - share) / both, odds / both, true);
  }

  /**
   * The evidence that more than a limit of users had the event: hits are users with the event,
   * trials are users exposed, of one arm.
   *
   * @param limit the largest share of users that is good, above 0 and below 1
   * @throws IllegalArgumentException where the limit is outside its range
   */
  public static RateTest above(double limit) {
    checkShare("limit", limit);
    return new RateTest(limit, limit, 1 - limit, false);
  }

  /**
   * The evidence that fewer than a limit of users had the event: hits and trials as in {@link
   * #above}.
   *
   * @param limit share of users, above 0 and below 1
   * @throws IllegalArgumentException where the limit is outside its range
   */
  public static RateTest below(double limit) {
    checkShare("limit", limit);
    return new RateTest(1 - limit, 1 - limit, limit, true);
  }

  private static double tilted(double share, double margin) {
    if (!(margin >= 0 && margin < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "margin: " + margin + " (expected: 0 or more, and finite)");
    }
    return share * (1 + margin);
  }

  static void checkShare(String name, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(name + ": " + share + " (expected: above 0 and below 1)");
    }
  }

  /**
   * The log e-value of users with the event in both arms.
   *
   * @param users of the treatment and the control who had the event
   */
  public double logE(ArmCounts users) {
    return logE(users.treatment(), users.total());
  }

  /**
   * The log e-value of hits among trials; 0 without trials, and never above 0 where hits are no
   * more than the null's limit says (no fewer, for {@link #nonInferiority}).
   *
   * @param hits 0 to {@code trials}: users with the event of the treatment
   * @param trials users with the event of both arms; for {@link #above} users exposed
   * @throws IllegalArgumentException where hits or trials are outside their range
   */
  public double logE(long hits, long trials) {
    if (hits < 0 || hits > trials) {
      throw new IllegalArgumentException("hits: " + hits + " (expected: 0 to " + trials + ")");
    }
    if (trials == 0) {
      return 0;
    }
    double towards = (double) (mirrored ? trials - hits : hits);
    double away = trials - towards;
    double logE = LogSum.of(vague.logE(towards, away), concentrated.logE(towards, away));
    // The likelihood falls beyond its maximum, so that each ratio in the mixture is at most 1
    // there:
    // what rounding adds is taken off. The sign of fma is exact.
    boolean within = Math.fma(limit, (double) trials, -towards) >= 0;
    logE -= Math.log(2);
    return within ? Math.min(0, logE) : logE;
  }

  /** The log e-value of one Beta alone, for the values published for it. */
  double logE(double a, double b, long hits, long trials) {
    double towards = (double) (mirrored ? trials - hits : hits);
    return Part.of(a, b, limit, rest).logE(towards, trials - towards);
  }

  /** One Beta of the mixture, cut off at the limit. */
  record Part(double a, double b, double limit, double rest, double logPrior) {
    static Part of(double a, double b, double limit, double rest) {
      return new Part(a, b, limit, rest, TiltedBeta.above(a, b, limit, rest));
    }

    double logE(double towards, double away) {
      return TiltedBeta.above(a + towards, b + away, limit, rest) - logPrior;
    }
  }
}
