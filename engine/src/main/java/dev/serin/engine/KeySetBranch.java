package dev.serin.engine;

/**
 * A test for a text that is one of many. It knows the filter in front of the table itself: of a
 * text that is not in the set, nothing but the filter's word is read.
 */
final class KeySetBranch extends Step.Branch {
  private final int slot;
  private final long[] filter;
  private final int filterWords;
  private final KeySetMatcher matcher;

  KeySetBranch(int slot, long[] filter, KeySetMatcher matcher, Step yes, Step no) {
    super(yes, no);
    this.slot = slot;
    this.filter = filter;
    this.filterWords = filter.length;
    this.matcher = matcher;
  }

  @Override
  Step next(EvaluationContext context) {
    if (context.isText(slot) && !KeyTable.mayContain(filter, filterWords, context.hash(slot))) {
      return to(false);
    }
    return to(matcher.matches(context));
  }
}
