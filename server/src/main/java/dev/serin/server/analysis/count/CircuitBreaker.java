package dev.serin.server.analysis.count;

import java.util.List;

/**
 * The test of one arm against an absolute limit: more than so many of its users had the event. It
 * needs no control, so that it also guards a stage in which everybody has the treatment; where
 * there is one, the treatment is blamed only while the control is not broken too, and if the arms
 * differ.
 *
 * <p>Its e-value is {@link RateTest#above} with x the treatment's users with the event and n its
 * users exposed; {@link BreakerProcess} mixes those of several beginnings. Limits are never
 * compared with raw shares: those cross them by chance.
 *
 * <p>That the control is not seen to be broken is no proof that it is whole: of nine users of the
 * treatment to one of the control, the treatment's show an outage of both arms long before the
 * control's do. So {@link RateTest#regression} has to show too, without margin, that the treatment
 * is worse than the control, at {@link #comparison}: by as much as the breaker may spend of alpha,
 * so that nothing is spent where neither arm is worse, whatever the limit; and by {@link
 * #WORSE_THAN_CONTROL} where it may spend more.
 */
public final class CircuitBreaker {
  /** E-value from which on an arm that is compared counts as broken, or as mended. */
  static final double TOLD = 10;

  /** Least e-value against arms that are alike from which on the treatment may be blamed. */
  public static final double WORSE_THAN_CONTROL = 100;

  private final RateTest above;
  private final Recovery recovery;

  /**
   * A breaker.
   *
   * @param limit the largest share of users with the event that is good, above 0 and below 1
   */
  public CircuitBreaker(double limit) {
    this.above = RateTest.above(limit);
    this.recovery = new Recovery(limit);
  }

  /** What a look at both arms says. */
  public enum State {
    /** Nothing is shown, or it is over. */
    QUIET,
    /** The treatment is beyond the limit, and the control is better: roll back. */
    TREATMENT_BROKEN,
    /** The treatment is beyond the limit and so is the control: alert and hold. */
    BOTH_BROKEN,
    /** The treatment is beyond the limit, the control may be as bad: alert and hold. */
    NOT_COMPARED
  }

  /** The log e-value of the treatment's users since some beginning. */
  public double logE(ArmCounts withEvent, ArmCounts exposed) {
    return above.logE(withEvent.treatment(), exposed.treatment());
  }

  /**
   * What is kept of the comparison with the control.
   *
   * @param part of alpha that the breaker may spend in the stage
   */
  public static Latch comparison(double part) {
    return new Latch(Math.max(Math.log(WORSE_THAN_CONTROL), AlphaShares.threshold(part)), 0);
  }

  /**
   * What is known of the end of an outage after a look.
   *
   * @param before what earlier looks showed
   * @param since users first exposed since the newest marks, in order
   */
  public Mended mended(Mended before, List<Since> since) {
    return before.after(since, recovery);
  }

  /**
   * What to make of a look: of what is so now, not of what ever was, so that an outage of both arms
   * holds a run while it lasts.
   *
   * @param isBeyond whether the treatment's process is beyond its threshold
   * @param isWorse whether the comparison is beyond its own, or there is no control
   * @param withEvent users of the stage with the event
   * @param exposed users of the stage
   * @param since users first exposed since the newest marks, in order
   * @param mended of this look
   */
  public State state(
      boolean isBeyond,
      boolean isWorse,
      ArmCounts withEvent,
      ArmCounts exposed,
      List<Since> since,
      Mended mended) {
    if (!isBeyond) {
      return State.QUIET;
    }
    boolean isControlBroken =
        !mended.control().isDrawn()
            && isBroken(
                withEvent.swapped(),
                exposed.swapped(),
                since.stream().map(Since::swapped).toList());
    if (isWorse && !isControlBroken) {
      // Whatever those who came last show: an event may come long after the exposure.
      return State.TREATMENT_BROKEN;
    }
    if (mended.treatment().isDrawn()) {
      return State.QUIET;
    }
    return isControlBroken ? State.BOTH_BROKEN : State.NOT_COMPARED;
  }

  /** The same statistic as the treatment's, but for the weights, and that nothing is kept of it. */
  private boolean isBroken(ArmCounts withEvent, ArmCounts exposed, List<Since> since) {
    double ofMarks = Double.NEGATIVE_INFINITY;
    for (Since one : since) {
      ofMarks = LogSum.of(ofMarks, logE(one.withEvent(), one.exposed()));
    }
    double restarted = since.isEmpty() ? 0 : ofMarks - Math.log(since.size());
    double logE = LogSum.of(logE(withEvent, exposed), restarted) - Math.log(2);
    return logE >= Math.log(TOLD);
  }
}
