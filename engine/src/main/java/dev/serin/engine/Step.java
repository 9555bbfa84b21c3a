package dev.serin.engine;

/**
 * A step of a decision graph: rules are compiled into branches that lead to an end, so that
 * evaluating them is walking from one test to the next, whatever the nesting of their conditions.
 */
sealed interface Step {
  /** Returns the end that this call's way leads to. */
  static End walk(Step first, EvaluationContext context) {
    Step step = first;
    while (step instanceof Branch branch) {
      step = branch.matcher.matches(context) ? branch.yes : branch.no;
    }
    return (End) step;
  }

  /** A test and where its answers lead. */
  final class Branch implements Step {
    private final Matcher matcher;
    private final Step yes;
    private final Step no;

    Branch(Matcher matcher, Step yes, Step no) {
      this.matcher = matcher;
      this.yes = yes;
      this.no = no;
    }
  }

  /** Where a graph ends. */
  sealed interface End extends Step permits Outcome, Membership {}

  /** The end of a segment's graph. */
  enum Membership implements End {
    /** The user is in the segment. */
    MEMBER,
    /** The user is not. */
    NO_MEMBER
  }
}
