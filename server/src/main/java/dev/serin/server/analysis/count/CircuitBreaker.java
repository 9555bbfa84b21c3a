package dev.serin.server.analysis.count;

/**
 * The test of one arm against an absolute limit: more than so many of its users had the event. It
 * needs no control, so that it also guards a stage in which everybody has the treatment; where
 * there is one that is broken too, the treatment is not to blame.
 *
 * <p>Its e-value is {@link RateTest#above} with x the treatment's users with the event and n its
 * users exposed. Limits are never compared with raw shares: those cross them by chance.
 */
public final class CircuitBreaker {
  /** E-value of the control from which on both arms count as broken. */
  public static final double CONTROL_BROKEN = 10;

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
    /** The treatment is beyond the limit and the control is not: roll back. */
    TREATMENT_BROKEN,
    /** The treatment is beyond the limit and so is the control: alert and hold. */
    BOTH_BROKEN
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
   */
  public static State state(Latch treatment, Latch control) {
    if (!treatment.fired()) {
      return State.QUIET;
    }
    return control.fired() ? State.BOTH_BROKEN : State.TREATMENT_BROKEN;
  }
}
