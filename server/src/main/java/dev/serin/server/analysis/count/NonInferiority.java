package dev.serin.server.analysis.count;

import java.util.OptionalDouble;

/**
 * Whether a stage shows that the treatment is no worse than a margin: by E- relatively, or by two
 * bounds absolutely, so that a release without errors can pass.
 *
 * <p>A treatment that is beyond a margin during the whole stage is ever shown to be within it with
 * probability at most {@link #alpha}: half of that is E-'s and a quarter each bound's where the
 * absolute margin is on, all of it E-'s where it is off. It looks at present values of the one
 * stage, never at what was shown before. Sources: {@link RateTest}, {@link ShareBound}.
 */
public final class NonInferiority {
  /**
   * What the absolute bounds are tightest at, in users of an arm, where nothing else is planned.
   */
  public static final double USUAL_USERS = 10_000;

  private final double alpha;
  private final RateTest test;
  private final OptionalDouble absoluteMargin;
  private final ShareBound bound;

  /**
   * The question of one metric in one stage.
   *
   * @param share the treatment's share of both arms, above 0 and below 1
   * @param margin relative, 0 or more
   * @param absoluteMargin in shares of users, 0 or more; empty: off
   * @param alpha of promotion, above 0 and at most 1/2
   * @param users of an arm at which the absolute bounds should be tightest, fixed beforehand
   * @throws IllegalArgumentException where a number is outside its range
   */
  public NonInferiority(
      double share, double margin, OptionalDouble absoluteMargin, double alpha, double users) {
    if (absoluteMargin.isPresent() && !(absoluteMargin.getAsDouble() >= 0)) {
      throw new IllegalArgumentException(
          "absoluteMargin: " + absoluteMargin.getAsDouble() + " (expected: 0 or more)");
    }
    this.alpha = alpha;
    this.test = RateTest.nonInferiority(share, margin);
    this.absoluteMargin = absoluteMargin;
    this.bound = new ShareBound(alpha / 4, users);
  }

  /** Probability of ever passing a treatment that is beyond both margins. */
  public double alpha() {
    return alpha;
  }

  /**
   * What a stage shows.
   *
   * @param logE E- of the stage as a logarithm
   * @param threshold which it has to reach
   * @param difference the greatest difference of the arms' shares of users with the event that is
   *     not excluded, -1 to 1
   * @param withinRelative whether E- reaches its threshold
   * @param withinAbsolute whether the difference is within the absolute margin; false where it is
   *     off
   */
  public record Shown(
      double logE,
      double threshold,
      double difference,
      boolean withinRelative,
      boolean withinAbsolute) {
    /** Whether either margin is shown to hold. */
    public boolean passes() {
      return withinRelative || withinAbsolute;
    }
  }

  /**
   * Looks at a stage.
   *
   * @param withEvent users of the stage who had the event in it
   * @param exposed users of the stage, no fewer in either arm
   */
  public Shown look(ArmCounts withEvent, ArmCounts exposed) {
    double logE = test.logE(withEvent);
    double threshold = AlphaShares.threshold(absoluteMargin.isPresent() ? alpha / 2 : alpha);
    double difference =
        bound.upper(withEvent.treatment(), exposed.treatment())
            - bound.lower(withEvent.control(), exposed.control());
    boolean both = exposed.treatment() > 0 && exposed.control() > 0;
    return new Shown(
        logE,
        threshold,
        difference,
        logE >= threshold,
        both && absoluteMargin.isPresent() && difference <= absoluteMargin.getAsDouble());
  }
}
