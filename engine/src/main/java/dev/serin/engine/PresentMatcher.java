package dev.serin.engine;

/** An attribute that is there, whatever it is. */
final class PresentMatcher extends Matcher {
  private static final int COST_NANOS = 1;

  private final int slot;

  PresentMatcher(int slot) {
    this.slot = slot;
  }

  @Override
  boolean matches(EvaluationContext context) {
    return context.kind(slot) != Frame.NOTHING;
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
