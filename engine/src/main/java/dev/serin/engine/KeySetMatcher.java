package dev.serin.engine;

/** A text that is one of many, compared exactly. */
final class KeySetMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 20;

  private final int slot;
  private final KeyTable keys;

  KeySetMatcher(int slot, KeyTable keys) {
    super(slot);
    this.slot = slot;
    this.keys = keys;
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.TEXT) {
      return false;
    }
    return keys.mayContain(frame.hash(at)) && frame.find(at, keys) != KeyTable.ABSENT;
  }

  @Override
  Step.Branch branch(Step yes, Step no) {
    return new KeySetBranch(slot, keys.filter(), this, yes, no);
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
