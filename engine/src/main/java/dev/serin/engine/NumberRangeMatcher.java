package dev.serin.engine;

import dev.serin.v1.NumberRange;

/** A number between two bounds. */
final class NumberRangeMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 2;

  private final double min;
  private final double max;

  NumberRangeMatcher(int slot, NumberRange range) {
    super(slot);
    this.min =
        range.hasAtLeast()
            ? range.getAtLeast()
            : range.hasGreaterThan()
                ? Math.nextUp(range.getGreaterThan())
                : Double.NEGATIVE_INFINITY;
    this.max =
        range.hasAtMost()
            ? range.getAtMost()
            : range.hasLessThan() ? Math.nextDown(range.getLessThan()) : Double.POSITIVE_INFINITY;
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.NUMBER) {
      return false;
    }
    double number = frame.number(at);
    return number >= min && number <= max;
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
