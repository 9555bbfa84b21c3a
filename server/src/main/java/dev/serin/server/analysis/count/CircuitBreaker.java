package dev.serin.server.analysis.count;

import java.util.OptionalDouble;

/**
 * The test of one arm against an absolute limit: more than so many of its users had the event. It
 * needs no control, so that it also guards a stage in which everybody has the treatment; where
 * there is one, the treatment is blamed only if the control is not broken too, and if the arms
 * differ.
 *
 * <p>Its e-value is {@link RateTest#above} with x the treatment's users with the event and n its
 * users exposed. Limits are never compared with raw shares: those cross them by chance.
 *
 * <p>That the control is not seen to be broken is no proof that it is whole: of nine users of the
 * treatment to one of the control, the treatment's show an outage of both arms long before the
 * control's do. So {@link RateTest#regression} has to show too, without margin, that the treatment
 * is worse than the control. In an outage of both arms that e-process reaches {@link
 * #WORSE_THAN_CONTROL} with a probability of at most one in so many, however often it is looked at;
 * in a total outage of the treatment alone it takes ten failing users at equal arms.
 */
public final class CircuitBreaker {
  /** E-value of the control from which on both arms count as broken. */
  public static final double CONTROL_BROKEN = 10;

  /** E-value against arms that are alike from which on the treatment may be blamed. */
  public static final double WORSE_THAN_CONTROL = 100;

  private final RateTest test;

  /**
   * A breaker.
   *
   * @param limit the largest share of users with the event that is good, above 0 and below 1
   */
  public CircuitBreaker(double limit) {
    this.test = RateTest.above(limit);
  }

  /** What a look at both arms says. */
  public enum State {
    /** Nothing is shown. */
    QUIET,
    /** The treatment is beyond the limit, and the control is better: roll back. */
    TREATMENT_BROKEN,
    /** The treatment is beyond the limit and so is the control: alert and hold. */
    BOTH_BROKEN,
    /** The treatment is beyond the limit, the control may be as bad: alert and hold. */
    NOT_COMPARED
  }

  /** The log e-value of the treatment. */
  public double logE(ArmCounts withEvent, ArmCounts exposed) {
    return test.logE(withEvent.treatment(), exposed.treatment());
  }

  /** The log e-value of the control; 0 where there is none. */
  public double controlLogE(ArmCounts withEvent, ArmCounts exposed) {
    return test.logE(withEvent.control(), exposed.control());
  }

  /** A control that has never been seen to be broken: what is kept of it in a stage. */
  public static Latch unbrokenControl() {
    return new Latch(Math.log(CONTROL_BROKEN), 0);
  }

  /**
   * What to make of a look. It is the most that was ever seen of the control that counts: after an
   * outage of both arms their e-values fall side by side, and the control's falls below its bound
   * by chance while the treatment's is still high.
   *
   * @param treatment what was ever seen of the treatment in the stage, this look included
   * @param control what was ever seen of the control in the stage, from {@link #unbrokenControl}
   * @param logWorse log e-value that the treatment is worse than the control, in the stage; empty:
   *     there is no control
   */
  public static State state(Latch treatment, Latch control, OptionalDouble logWorse) {
    if (!treatment.fired()) {
      return State.QUIET;
    }
    if (control.fired()) {
      return State.BOTH_BROKEN;
    }
    return logWorse.isPresent() && logWorse.getAsDouble() < Math.log(WORSE_THAN_CONTROL)
        ? State.NOT_COMPARED
        : State.TREATMENT_BROKEN;
  }
}
