package dev.serin.engine;

/** A truth value that is one of those wanted. */
final class BoolMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 2;

  private final boolean matchesTrue;
  private final boolean matchesFalse;

  BoolMatcher(int slot, boolean matchesTrue, boolean matchesFalse) {
    super(slot);
    this.matchesTrue = matchesTrue;
    this.matchesFalse = matchesFalse;
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    return kind == Frame.BOOL && (frame.bool(at) ? matchesTrue : matchesFalse);
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
