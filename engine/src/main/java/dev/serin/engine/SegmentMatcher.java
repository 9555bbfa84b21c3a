package dev.serin.engine;

/** A user who is in a segment, which the context's snapshot has at a place. */
final class SegmentMatcher extends Matcher {
  private static final int COST_NANOS = 40;

  private final int place;

  SegmentMatcher(int place) {
    this.place = place;
  }

  @Override
  boolean matches(EvaluationContext context) {
    return context.inSegment(place);
  }

  /** Returns the segment as the call's snapshot has it. */
  CompiledSegment segment(EvaluationContext context) {
    return context.snapshot().links().segment(place);
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
